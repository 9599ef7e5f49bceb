import { type LineFile, openLogFile, readOpenAiKey } from "../../home/index.ts";
import type { HttpClient } from "../../net/index.ts";
import type { AgentEvent } from "../../protocol/index.ts";
import type { Sandbox } from "../../sandbox/index.ts";
import type { Io } from "../io.ts";
import { version } from "../version.ts";
import { entryOf } from "./events.ts";
import { holds, type LogLevel, readLogLevel } from "./level.ts";
import { type Fields, formatLine } from "./line.ts";
import { createRequestLog, type LogEntry } from "./requests.ts";
import { type SecretSources, secretHider } from "./secrets.ts";

/** What happens in a run, as lines of `log/leat.log`. Nothing that goes wrong with it stops the run. */
export interface RunLog {
  wrapHttp(http: HttpClient): HttpClient;
  /** The session has begun. */
  begin(session: string, facts: Fields): void;
  see(event: AgentEvent): void;
  /** The same sandbox; what confines commands is noted when it is made. */
  watchSandbox(open: () => Promise<Sandbox>): () => Promise<Sandbox>;
  /** An error that nobody foresaw. */
  crashed(error: unknown): void;
  /** Returns what the user should know: that it could not be written to its end. */
  close(): string | undefined;
}

/** Off, unless the environment asks for it. `warn` says at once why there will be none. */
export function openRunLog(
  sources: Omit<SecretSources, "env" | "openAiKey"> & { readonly home: string },
  { env, warn }: { readonly env: Io["env"]; readonly warn: (sentence: string) => void },
): RunLog | undefined {
  const { level, complaint } = readLogLevel(env);
  if (complaint !== undefined) {
    warn(complaint);
  }
  if (level === "off") {
    return undefined;
  }
  const opened = openLogFile(sources.home);
  if (!opened.ok) {
    warn(`nothing is logged, since ${opened.path} can't be opened: ${opened.reason}`);
    return undefined;
  }
  const hide = secretHider({ ...sources, env, openAiKey: readOpenAiKey(sources.home) });
  return createRunLog({ file: opened.file, level, hide });
}

function createRunLog({
  file,
  level,
  hide,
}: {
  readonly file: LineFile;
  readonly level: LogLevel;
  readonly hide: (text: string) => string;
}): RunLog {
  const names = new Map<string, string>();
  let session: string | undefined;
  let failure: string | undefined;
  // Its number may be that of another file by then.
  let isClosed = false;

  function write(entry: LogEntry): void {
    if (isClosed || failure !== undefined || !holds(level, entry.level)) {
      return;
    }
    const first = { time: new Date().toISOString(), level: entry.level, session, event: entry.event };
    const more = { ...entry.fields, ...(holds(level, "trace") ? entry.content : {}) };
    failure = file.append(formatLine(first, more, hide));
  }

  const requests = createRequestLog(write, () => performance.now());
  return {
    wrapHttp: requests.wrapHttp,
    begin(id, facts) {
      session = id;
      const { versions, platform, arch } = process;
      const program = { version, node: versions.node, platform: `${platform}-${arch}`, pid: process.pid };
      write({ level: "info", event: "session-started", fields: { ...program, ...facts } });
    },
    see(event) {
      if (event.type === "text-delta" || event.type === "reasoning-delta" || event.type === "call-delta") {
        requests.seeToken();
        return;
      }
      if (event.type === "item-completed" && event.item.type === "function_call") {
        names.set(event.item.call_id, event.item.name);
      }
      const entry = entryOf(event, (callId) => names.get(callId));
      if (entry !== undefined) {
        write(entry);
      }
    },
    watchSandbox: (open) => {
      let isNoted = false;
      return async () => {
        const sandbox = await open();
        if (!isNoted) {
          isNoted = true;
          // The run probes in any case, and only once.
          void sandbox.tier().then((tier) => write({ level: "info", event: "sandbox", fields: { tier } }));
        }
        return sandbox;
      };
    },
    crashed: (error) => write({ level: "error", event: "crashed", fields: { error } }),
    close() {
      isClosed = true;
      file.close();
      return failure === undefined
        ? undefined
        : `the log ${file.path} is not whole, since it could not be written: ${failure}`;
    },
  };
}
