import { wait } from "../pace.ts";
import {
  CUT,
  type Downloads,
  fieldOf,
  inventedSize,
  ok,
  type Question,
  stringOf,
  type Told,
  type World,
} from "./face.ts";

const STEPS = 30;
/** How far one gets whose name says that it won't arrive. */
const BREAKS_AT = 0.4;

/**
 * Any name is there, but those that begin with `missing`. One that begins with `broken` breaks off once, and goes on where it was
 * when it is asked for again; `diskfull` never fits.
 */
export function pull({ json, signal }: Question, world: World): Told {
  const name = stringOf(json, "model", "name");
  if (name === null) {
    return { status: 400, body: { error: "invalid model name" } };
  }
  if (fieldOf(json, "stream") === false) {
    if (name.startsWith("missing")) {
      return { status: 500, body: { error: MISSING } };
    }
    world.store.add(name, inventedSize(name));
    return ok({ status: "success" });
  }
  return { status: 200, lines: progress(name, world, signal) };
}

const MISSING = "pull model manifest: file does not exist";

async function* progress(
  name: string,
  { store, downloads }: World,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  yield { status: "pulling manifest" };
  if (name.startsWith("missing")) {
    yield { error: MISSING };
    return;
  }
  const total = inventedSize(name);
  const digest = digestOf(name);
  const line = { status: `pulling ${digest.slice(7, 19)}`, digest: `${digest}`, total };
  const before = downloads.fetched.get(name) ?? 0;
  for (let step = Math.round((before / total) * STEPS); step <= STEPS; step++) {
    const completed = Math.floor((total * step) / STEPS);
    const end = endAt(name, step / STEPS, before > 0);
    if (end !== null) {
      yield end;
      return;
    }
    downloads.fetched.set(name, completed);
    yield completed === 0 ? line : { ...line, completed };
    await wait(downloads.durationMs / STEPS, signal);
    if (signal.aborted) {
      return;
    }
  }
  yield { status: "verifying sha256 digest" };
  yield { status: "writing manifest" };
  forget(name, downloads);
  store.add(name, total);
  yield { status: "success" };
}

function endAt(name: string, share: number, goesOn: boolean): unknown {
  if (share < BREAKS_AT) {
    return null;
  }
  if (name.startsWith("diskfull")) {
    return { error: `write /models/blobs/${digestOf(name)}-partial-0: no space left on device` };
  }
  return name.startsWith("broken") && !goesOn ? CUT : null;
}

function forget(name: string, downloads: Downloads): void {
  downloads.fetched.delete(name);
}

function digestOf(name: string): string {
  return `sha256:${Buffer.from(name.padEnd(32, "leat")).toString("hex").slice(0, 64)}`;
}
