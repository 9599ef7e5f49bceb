import type { ServedModel, ServerIdentity } from "./identity.ts";

/** What can be talked to on this machine, the loaded ones first. */
export function chatModels({ models }: ServerIdentity): ServedModel[] {
  const order = ({ state }: ServedModel) => (state === "loaded" ? 0 : state === "loading" ? 1 : 2);
  return models
    .filter((model) => model.isRemote !== true && !isEmbedding(model))
    .sort((one, other) => order(one) - order(other));
}

/** Where the server does not tell, the usual names do. */
function isEmbedding({ id, isEmbedding: isTold }: ServedModel): boolean {
  return isTold ?? /embed|rerank|minilm|\b(?:bge|gte|e5)[-_]/i.test(id);
}

type NameMatch =
  /** The server has it under this very name. */
  | { readonly type: "exact" }
  | { readonly type: "completed"; readonly id: string }
  /** The nearest first. */
  | { readonly type: "several"; readonly ids: readonly string[] }
  | { readonly type: "none" };

/** The one model that a shortened name can mean. A model that runs elsewhere is meant only by its whole name. */
export function matchName(name: string, server: ServerIdentity): NameMatch {
  // Whether it would take any name is another question.
  if (server.models.some(({ id, aliases = [] }) => id === name || aliases.includes(name))) {
    return { type: "exact" };
  }
  const ids = [...new Set(chatModels(server).map(({ id }) => id))];
  const wanted = name.toLowerCase();
  for (const fits of FITS) {
    const fitting = ids.filter((id) => fits(id.toLowerCase(), wanted));
    const [only, ...others] = fitting;
    if (only !== undefined) {
      return others.length === 0
        ? { type: "completed", id: only }
        : // The fewer letters are missing, the nearer it is.
          { type: "several", ids: fitting.sort((one, other) => one.length - other.length) };
    }
  }
  return { type: "none" };
}

/** The surest first. */
const FITS: readonly ((id: string, wanted: string) => boolean)[] = [
  (id, wanted) => id === wanted,
  (id, wanted) => afterSlash(id) === wanted,
  (id, wanted) => id.startsWith(wanted),
  (id, wanted) => afterSlash(id).startsWith(wanted),
  (id, wanted) => id.includes(wanted),
];

function afterSlash(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
