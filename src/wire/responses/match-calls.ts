import type { AssembledCall } from "../chat/tool-calls.ts";
import { parseJson } from "../json.ts";

/** A call that came, in the stream or in its text; `owner` says where, if it can still be filled. */
interface KnownCall<Owner> {
  readonly owner: Owner | undefined;
  readonly call: AssembledCall | undefined;
}

/** A call as the end of the response tells it, with the one that came under its id. */
interface ToldCall<Owner> {
  readonly call: AssembledCall | undefined;
  readonly named: Owner | undefined;
}

/** What is to be done with a told call: it fills one that came, or is one that never came. */
interface CallMatch<Told, Owner> {
  readonly told: Told;
  readonly owner: Owner | undefined;
}

/**
 * Compares the calls that came with those the end tells, so that none is lost and none is run twice. vLLM reads the
 * text once more for the end and gives all calls other ids (vllm#56285), so what was asked for counts as well.
 */
export function matchCalls<Told extends ToldCall<Owner>, Owner>(
  told: readonly Told[],
  known: readonly KnownCall<Owner>[],
): CallMatch<Told, Owner>[] {
  const matches: CallMatch<Told, Owner>[] = [];
  const named = new Set(told.map((entry) => entry.named).filter((owner) => owner !== undefined));
  const free = known.filter(({ owner }) => owner === undefined || !named.has(owner));
  const byContent = groupBy(free, ({ call }) => contentKey(call));
  const taken = new Set<KnownCall<Owner>>();
  const unmatched: Told[] = [];
  for (const entry of told) {
    if (entry.named !== undefined) {
      matches.push({ told: entry, owner: entry.named });
      continue;
    }
    const same = byContent.get(contentKey(entry.call))?.pop();
    if (same === undefined) {
      unmatched.push(entry);
    } else {
      taken.add(same);
    }
  }
  const broken = groupBy(
    free.filter((entry) => !taken.has(entry) && entry.owner !== undefined && entry.call?.whole !== true),
    ({ call }) => call?.name ?? "",
  );
  let missing = told.length - known.length;
  for (const entry of unmatched) {
    const owner = broken.get(entry.call?.name ?? "")?.pop()?.owner;
    if (owner !== undefined) {
      matches.push({ told: entry, owner });
    } else if (missing > 0) {
      missing -= 1;
      matches.push({ told: entry, owner: undefined });
    }
  }
  return matches;
}

/** Name and arguments in one spelling. */
function contentKey(call: AssembledCall | undefined): string {
  const text = call?.argumentsText ?? "";
  let normal: string | undefined;
  try {
    normal = JSON.stringify(parseJson(text));
  } catch {
    // Nested deeper than the stack.
  }
  return `${call?.name ?? ""} ${normal ?? text}`;
}

function groupBy<Entry>(entries: readonly Entry[], keyOf: (entry: Entry) => string): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [entry]);
    } else {
      group.push(entry);
    }
  }
  return groups;
}
