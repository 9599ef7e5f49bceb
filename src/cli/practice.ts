/** `leat practice`: the practice model on a port of its own, until Ctrl-C. */
import { mkdir, readFile } from "node:fs/promises";
import { parseScript, type Script, startPracticeServer } from "../practice/index.ts";
import { readOptions, type TypedOptions } from "./practice-options.ts";
import { reasonOf } from "./reason-of.ts";

interface Output {
  write(text: string): unknown;
}

/** Resolves to the exit code. */
export async function runPracticeCommand(
  options: TypedOptions,
  io: { readonly stdout: Output; readonly stderr: Output; readonly signal: AbortSignal },
): Promise<number> {
  const checked = readOptions(options);
  if (!checked.ok) {
    return fail(checked.message);
  }
  const { settings } = checked;
  const read = options.scriptPath === undefined ? null : await readScript(options.scriptPath);
  if (read?.ok === false) {
    return fail(read.message);
  }

  if (settings.slotSavePath !== undefined) {
    const failure = await mkdir(settings.slotSavePath, { recursive: true }).then(() => null, reasonOf);
    if (failure !== null) {
      return fail(`can't make the folder of --slot-save-path: ${printable(failure)}.`);
    }
  }

  try {
    const server = await startPracticeServer({
      ...settings,
      ...(read ? { script: read.script } : {}),
      onRequest(request) {
        const time = new Date().toTimeString().slice(0, 8);
        io.stdout.write(
          `${time}  ${request.method} ${printable(request.path)}  ${printable(request.reply)}\n`,
        );
      },
    });
    io.stdout.write(introduction(server.url, read?.script ?? null));
    await aborted(io.signal);
    await server.stop();
    return 0;
  } catch (error) {
    return fail(explainStart(error, settings.port));
  }

  function fail(sentence: string): number {
    io.stderr.write(`leat practice: ${sentence}\n`);
    return 1;
  }
}

type ReadScript =
  | { readonly ok: true; readonly script: Script }
  | { readonly ok: false; readonly message: string };

async function readScript(path: string): Promise<ReadScript> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    return { ok: false, message: `can't read the script ${path} (${codeOf(error) ?? String(error)}).` };
  }
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    return { ok: false, message: `the script ${path} is not JSON: ${printable(reasonOf(error))}.` };
  }
  const parsed = parseScript(json);
  return parsed.ok ? parsed : { ok: false, message: `the script ${path} is not valid: ${parsed.message}.` };
}

function introduction(url: string, script: Script | null): string {
  const count = script?.replies.length ?? 0;
  const what = script
    ? `a script with ${count} ${count === 1 ? "reply" : "replies"}`
    : "the built-in practice model, a script, not a language model";
  return `leat practice: ${what}
Serving at ${url} (this machine only). Ctrl-C stops it.

Put this into config.toml in $CODEX_HOME (~/.codex unless set):

[model_providers.practice]
name = "leat practice"
base_url = "${url}"
wire_api = "chat"

[profiles.practice]
model = ${JSON.stringify(script?.model ?? "leat-practice")}
model_provider = "practice"
sandbox_mode = "workspace-write"

Then type, in another terminal:

leat exec --profile practice "fix the failing test"

`;
}

function explainStart(error: unknown, port: number): string {
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return `port ${port} is in use; choose another one with --port.`;
    case "EACCES":
      return `port ${port} needs rights this user does not have; choose one above 1023 with --port.`;
    default:
      return `can't listen on port ${port}: ${reasonOf(error)}.`;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) {
    return Promise.resolve();
  }
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function codeOf(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : null;
}

/** A request's path, a call's name and a file's text are not ours; none may steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "?");
}
