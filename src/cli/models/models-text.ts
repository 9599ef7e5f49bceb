import type { Config } from "../../config/index.ts";
import { safeLine } from "../../exec/index.ts";
import { formatCount } from "../../figures/index.ts";
import type { LeatError } from "../../protocol/index.ts";
import type { Identification, ServedModel, ServerIdentity } from "../../servers/index.ts";
import { explainAbsence } from "../explain-server.ts";
import { safeJson } from "../safe-json.ts";
import { SERVER_NAMES } from "../server-names.ts";

/** One address, with every provider that names it, and who was met there. */
export interface AskedProvider {
  readonly config: Config;
  readonly ids: readonly string[];
  /** The model that exec would ask for; absent where another provider is in force. */
  readonly modelInForce?: string;
  readonly found: Identification | { readonly type: "not-asked"; readonly error: LeatError };
}

/** A table for each server that answers, a line for each that does not. Fits 80 columns, as far as names do. */
export function modelsAsText(asked: readonly AskedProvider[]): string {
  const [tables, lines]: [string[], string[]] = [[], []];
  for (const one of asked) {
    if (one.found.type === "identified") {
      tables.push(serverText(one, one.found.server));
    } else {
      lines.push(`${one.ids.join(", ")}: ${safeLine(explainAbsence(one.found, one.config))}\n`);
    }
  }
  return [...tables, ...(lines.length === 0 ? [] : [lines.join("")])].join("\n");
}

/** Everything that was told, under the names of the API. */
export function modelsAsJson(asked: readonly AskedProvider[]): string {
  const providers = asked.map(({ config, ids, found }) => {
    const { origin, pathname } = new URL(config.provider.baseUrl);
    const place = { providers: ids, base_url: `${origin}${pathname}` };
    if (found.type !== "identified") {
      return { ...place, status: STATUS[found.type], reason: explainAbsence(found, config) };
    }
    const { kind, version, slots, isLoading, models } = found.server;
    return {
      ...place,
      status: isLoading === true ? "loading" : "ready",
      server: kind,
      ...(version === undefined ? {} : { version }),
      ...(slots === undefined ? {} : { slots }),
      models: models.map(modelAsJson),
    };
  });
  return `${safeJson({ providers }, 2)}\n`;
}

const STATUS = {
  refused: "wants-key",
  unreachable: "unreachable",
  silent: "silent",
  foreign: "no-model-server",
  "not-asked": "key-missing",
} as const;

function modelAsJson(model: ServedModel) {
  return {
    id: model.id,
    aliases: model.aliases,
    state: model.state,
    size_bytes: model.sizeBytes,
    context_window: model.contextWindow,
    max_context_window: model.maxContextWindow,
    slots: model.slots,
    embedding: model.isEmbedding,
    vision: model.vision,
    tools: model.tools,
    reasoning: model.reasoning,
  };
}

/** `Ollama 0.13.4`. */
export function serverName({ kind, version }: Pick<ServerIdentity, "kind" | "version">): string {
  return version === undefined ? SERVER_NAMES[kind] : `${SERVER_NAMES[kind]} ${safeLine(version)}`;
}

function serverText({ config, ids, modelInForce }: AskedProvider, server: ServerIdentity): string {
  const { slots, models } = server;
  const name = serverName(server);
  const { host } = new URL(config.provider.baseUrl);
  const parallel = slots === undefined ? "" : `, ${formatCount(slots)} ${slots === 1 ? "slot" : "slots"}`;
  const head = `${name} at ${host} (${ids.join(", ")})${parallel}\n`;
  if (server.isLoading === true) {
    return `${head}  The model is still being loaded.\n`;
  }
  if (models.length === 0) {
    return `${head}  No model is there yet.\n`;
  }
  const order = (model: ServedModel) => (model.state === "loaded" ? 0 : model.state === "loading" ? 1 : 2);
  const rows = [...models]
    .sort((one, other) => order(one) - order(other))
    .map((model) => cells(model, isInForce(model, modelInForce)));
  return `${head}${table(rows)}`;
}

function isInForce({ id, aliases = [] }: ServedModel, name: string | undefined): boolean {
  return name !== undefined && (id === name || aliases.includes(name));
}

interface Cells {
  readonly name: string;
  readonly facts: readonly [state: string, size: string, context: string, abilities: string];
}

function cells(model: ServedModel, inForce: boolean): Cells {
  const { state, sizeBytes, contextWindow, maxContextWindow } = model;
  const most = maxContextWindow === undefined ? "" : `max ${formatCount(maxContextWindow)}`;
  return {
    name: `${inForce ? "*" : " "} ${safeLine(model.id)}`,
    facts: [
      state === "loaded" || state === "loading" ? state : "",
      sizeBytes === undefined ? "" : formatBytes(sizeBytes),
      contextWindow === undefined ? most : formatCount(contextWindow),
      abilities(model),
    ],
  };
}

function abilities({ isEmbedding, tools, vision, reasoning }: ServedModel): string {
  if (isEmbedding === true) {
    return "embeddings";
  }
  const words = [
    tools === undefined ? "" : tools ? "tools" : "no tools",
    vision === true ? "vision" : "",
    reasoning === true ? "thinking" : "",
  ];
  return words.filter((word) => word !== "").join(", ");
}

export function formatBytes(bytes: number): string {
  return bytes < 1e9 ? `${formatCount(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

const COLUMNS = 80;
const GAP = "  ";

/** An id is of use only whole: one that is too long for its column stands on a line of its own. */
function table(rows: readonly Cells[]): string {
  const titles: Cells = { name: "  MODEL", facts: ["", "SIZE", "CONTEXT", "CAN"] };
  const all = [titles, ...rows];
  const widths = [0, 1, 2, 3].map((index) => Math.max(...rows.map(({ facts }) => facts[index]?.length ?? 0)));
  const columns = [0, 1, 2, 3].filter((index) => (widths[index] ?? 0) > 0);
  const width = (index: number) => Math.max(widths[index] ?? 0, titles.facts[index]?.length ?? 0);
  const rest = columns.reduce((sum, index) => sum + GAP.length + width(index), 0);
  const nameWidth = Math.min(COLUMNS - rest, Math.max(...all.map(({ name }) => name.length)));
  const line = ({ name, facts }: Cells): string => {
    const cell = (index: number) =>
      index === 1 || index === 2
        ? (facts[index] ?? "").padStart(width(index))
        : (facts[index] ?? "").padEnd(width(index));
    const told = columns.map((index) => `${GAP}${cell(index)}`).join("");
    const isLong = name.length > nameWidth;
    const start = isLong ? `${name}\n${" ".repeat(nameWidth)}` : name.padEnd(nameWidth);
    return `${`${start}${told}`.trimEnd()}\n`;
  };
  return all.map(line).join("");
}
