import { chatModels, type FoundServer, matchName } from "../../servers/index.ts";

/** The model that somebody named: with `-m`, or in the configuration, where it may be meant for another server. */
export interface WantedModel {
  readonly name: string;
  readonly isTyped: boolean;
}

export type Pick =
  | {
      readonly type: "use";
      readonly server: FoundServer;
      readonly model: string;
      /** `completed`: the typed name was shorter. `other`: the wanted one is not there. */
      readonly instead?: "completed" | "other";
    }
  /** None of them has the model that was typed. */
  | { readonly type: "not-there"; readonly fitting: readonly string[] }
  /** Servers, but nothing to talk to. */
  | { readonly type: "no-model" }
  | { readonly type: "nothing" };

/** Which server, and which of its models. The servers come in order of preference; one that has the wanted model goes first. */
export function pickServer(found: readonly FoundServer[], wanted: WantedModel | undefined): Pick {
  const usable = found.filter(({ server }) => server.isLoading === true || chatModels(server).length > 0);
  const [first] = usable;
  if (first === undefined) {
    return { type: found.length === 0 ? "nothing" : "no-model" };
  }
  if (wanted === undefined) {
    return { type: "use", server: first, model: ownModel(first) };
  }
  const matches = usable.map((server) => ({ server, match: matchName(wanted.name, server.server) }));
  for (const { server, match } of matches) {
    if (match.type === "exact") {
      return { type: "use", server, model: wanted.name };
    }
  }
  const fitting: string[] = [];
  for (const { server, match } of matches) {
    if (match.type === "completed") {
      return { type: "use", server, model: match.id, instead: "completed" };
    }
    fitting.push(...(match.type === "several" ? match.ids : []));
  }
  const fallback = wanted.isTyped
    ? usable.find(({ server }) => server.ignoresModelName === true && fitting.length === 0)
    : first;
  return fallback === undefined
    ? { type: "not-there", fitting }
    : { type: "use", server: fallback, model: ownModel(fallback), instead: "other" };
}

/** What is loaded, else what comes first. While llama.cpp loads it tells no name, and takes any. */
export function ownModel({ server }: FoundServer): string {
  return chatModels(server)[0]?.id ?? "default";
}
