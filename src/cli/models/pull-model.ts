/** A model is fetched by the server that will run it; leat asks for it and shows how far it is. */
import { openProgress, type ProgressView, safeLine } from "../../exec/index.ts";
import type { HttpClient } from "../../net/index.ts";
import { modelControl, type PullEnd, type PullNews, type ServerAddress } from "../../servers/index.ts";
import { fail } from "../fail.ts";
import type { Io } from "../io.ts";
import { terminalFacts, toSink } from "../terminal.ts";
import { formatBytes } from "./models-text.ts";
import { explainPullFailure, failureClause } from "./pull-text.ts";

export interface PullModelOptions {
  readonly address: ServerAddress;
  readonly kind: "ollama" | "lmstudio";
  readonly name: string;
  readonly http: HttpClient;
  /** What goes on with it, where that is more than the name. */
  readonly command?: string;
  /** Names that are there, for a hint where this one is not found. */
  readonly known?: readonly string[];
  /** Before the next attempt; for tests. */
  readonly delayMs?: (attempt: number) => number;
}

export async function pullModel(
  options: PullModelOptions,
  io: Io,
): Promise<"pulled" | "failed" | "interrupted"> {
  const { address, kind, name, http, delayMs } = options;
  const { pull } = modelControl(kind);
  if (pull === undefined) {
    throw new Error(`${kind} pulls no models`);
  }
  const view = openProgress(toSink(io.stderr), { color: "auto", ...terminalFacts(io.env) });
  const startedAt = performance.now();
  const seen: Seen = { firstBytes: undefined, doneBytes: 0, totalBytes: 0 };
  const label = `pulling ${safeLine(name)}`;
  view.wait(label);
  const end = await pull(name, {
    address,
    http,
    signal: io.interrupt,
    onNews: (news) => show(news, { view, seen, label }),
    ...(delayMs === undefined ? {} : { delayMs }),
  });
  view.clear();
  return conclude(end, { ...options, seen, view, ms: performance.now() - startedAt }, io);
}

/** What has been seen of the download so far. */
interface Seen {
  firstBytes: number | undefined;
  doneBytes: number;
  totalBytes: number;
}

interface Showing {
  readonly view: ProgressView;
  readonly seen: Seen;
  readonly label: string;
}

/** The first report comes after a moment in which some bytes may have arrived: less than that is no resuming. */
const LEAST_RESUMED = 0.01;

function show(news: PullNews, { view, seen, label }: Showing): void {
  switch (news.type) {
    case "progress": {
      const { doneBytes, totalBytes } = news.progress;
      const share = doneBytes / totalBytes;
      if (seen.firstBytes === undefined && share >= LEAST_RESUMED && share < 1) {
        view.note(`resuming at ${Math.floor((doneBytes * 100) / totalBytes)} %`);
      }
      seen.firstBytes ??= doneBytes;
      Object.assign(seen, { doneBytes, totalBytes });
      view.download({ label, ...news.progress });
      return;
    }
    case "stage":
      // Of the layers the bar tells more.
      if (!/^pulling [0-9a-f]{6,64}\b/.test(news.text)) {
        view.wait(isOwnWord(news.text) ? label : `${label}: ${safeLine(news.text)}`);
      }
      return;
    case "paused":
      view.wait(`${label}: paused in LM Studio, go on with it there`);
      return;
    case "retry": {
      const { failure, attempt, most } = news;
      // Where it goes on is said again.
      seen.firstBytes = undefined;
      view.note(`${failureClause(failure)}; trying again (${attempt} of ${most})`);
      view.wait(`${label}: waiting for the next attempt`, "unsaid");
      return;
    }
    default:
      news satisfies never;
  }
}

/** Tells no more than the label does. */
function isOwnWord(stage: string): boolean {
  return stage === "pulling manifest" || stage === "downloading";
}

interface Concluding extends PullModelOptions {
  readonly seen: Seen;
  readonly view: ProgressView;
  readonly ms: number;
}

function conclude(end: PullEnd, facts: Concluding, io: Io): "pulled" | "failed" | "interrupted" {
  const { kind, seen, view } = facts;
  const name = safeLine(facts.name);
  const command = facts.command ?? `leat models pull ${name}`;
  switch (end.type) {
    case "pulled": {
      const isUnchanged = seen.firstBytes !== undefined && seen.firstBytes === seen.totalBytes;
      const size = seen.totalBytes > 0 ? ` (${formatBytes(seen.totalBytes)})` : "";
      view.note(isUnchanged ? `${name} is there already, as it is in the library` : `pulled ${name}${size}`);
      return "pulled";
    }
    case "there-already":
      view.note(`${name} is there already`);
      return "pulled";
    case "interrupted": {
      const { doneBytes, totalBytes } = seen;
      const at = totalBytes > 0 ? ` at ${Math.floor((doneBytes * 100) / totalBytes)} %` : "";
      view.note(
        kind === "ollama"
          ? `stopped${at}; what has arrived is kept. To go on: ${command}`
          : `no longer watching${at}; LM Studio goes on by itself. To watch it again: ${command}`,
      );
      return "interrupted";
    }
    case "broken":
    case "refused":
      fail(io, explainPullFailure(end, { ...facts, command }));
      return "failed";
    default:
      return end satisfies never;
  }
}
