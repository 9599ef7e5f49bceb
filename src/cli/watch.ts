/** Who looks on while exec runs: `--record`, `-v` and the log. Each is loaded only where it is asked for. */
import { resolve } from "node:path";
import type { Config } from "../config/index.ts";
import type { HttpClient, Traffic } from "../net/index.ts";
import type { AgentEvent } from "../protocol/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import type { Endpoint } from "../wire/index.ts";
import type { Explanation } from "./explanation.ts";
import type { Io } from "./io.ts";

export interface Watch {
  /** For the client of the conversation. */
  readonly line: { readonly wrapHttp: (http: HttpClient) => HttpClient; readonly traffic?: Traffic };
  begin(facts: {
    readonly session: string;
    readonly config: Config;
    readonly cwd: string;
    readonly offline: boolean;
  }): void;
  see(event: AgentEvent): void;
  watchSandbox(open: () => Promise<Sandbox>): () => Promise<Sandbox>;
  crashed(error: unknown): void;
  /** Before the connections are closed, and once everything else has been shown. */
  close(): void;
}

type OpenedWatch =
  | { readonly ok: true; readonly watch: Watch }
  | { readonly ok: false; readonly explanation: Explanation };

export async function openWatch(
  wanted: { readonly record?: string; readonly traffic: Traffic | undefined },
  { config, home, endpoint }: { readonly config: Config; readonly home: string; readonly endpoint: Endpoint },
  io: Io,
): Promise<OpenedWatch> {
  const warn = (sentence: string) => {
    io.stderr.write(`warning: ${sentence}\n`);
  };
  let record = (http: HttpClient) => http;
  if (wanted.record !== undefined) {
    const { prepareFolder, recordingClient } = await import("./record.ts");
    const folder = resolve(io.cwd, wanted.record);
    const explanation = prepareFolder(folder);
    if (explanation !== undefined) {
      return { ok: false, explanation };
    }
    record = (http) => recordingClient(http, { folder, endpoint, warn });
  }
  const { traffic } = wanted;
  const contacts = traffic === undefined ? undefined : await import("./contacts.ts");
  const log = wantsLog(io.env)
    ? (await import("./log/run-log.ts")).openRunLog({ config, home, endpoint }, { env: io.env, warn })
    : undefined;
  return {
    ok: true,
    watch: {
      line: {
        wrapHttp: (http) => record(log === undefined ? http : log.wrapHttp(http)),
        ...(traffic === undefined ? {} : { traffic }),
      },
      begin({ session, config: { provider, model, sandboxMode, profile }, cwd, offline }) {
        log?.begin(session, {
          provider: provider.id,
          url: provider.baseUrl,
          api: provider.wireApi,
          model,
          profile,
          sandbox_mode: sandboxMode,
          cwd,
          offline,
        });
      },
      see: (event) => log?.see(event),
      watchSandbox: (open) => log?.watchSandbox(open) ?? open,
      crashed: (error) => log?.crashed(error),
      close() {
        const problem = log?.close();
        if (problem !== undefined) {
          warn(problem);
        }
        if (traffic !== undefined) {
          io.stderr.write(contacts?.contactLines(traffic.list()) ?? "");
        }
      },
    },
  };
}

/** Whether the variables say something that is meant for leat is read only then. */
function wantsLog(env: Io["env"]): boolean {
  return [env["LEAT_LOG"], env["RUST_LOG"]].some((value) => value !== undefined && value !== "");
}
