import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { claimSlot, type SlotLease } from "../../src/home/index.ts";
import { temporaryFolder } from "./support.ts";

const PLACE = "http://127.0.0.1:8080/v1";

function claimed(home: string, slots: readonly number[], former?: number): SlotLease {
  const claim = claimSlot(home, PLACE, slots, former);
  if (claim.type !== "claimed") {
    throw new Error(claim.type);
  }
  return claim.lease;
}

/** The files of the one endpoint. */
function folderOf(home: string): string {
  const slots = join(home, "leat", "slots");
  return join(slots, readdirSync(slots)[0] ?? "");
}

/** As another process would leave it. */
function writeLease(home: string, name: string, lease: object): void {
  claimed(home, [99]).release();
  writeFileSync(
    join(folderOf(home), name),
    JSON.stringify({ startedAt: null, state: "working", since: "", ...lease }),
  );
}

describe("slots are claimed", () => {
  test("one after the other, until there are none", () => {
    const home = temporaryFolder();
    expect(claimed(home, [0, 1]).slot).toBe(0);
    const second = claimed(home, [0, 1]);
    expect(second.slot).toBe(1);
    expect(claimSlot(home, PLACE, [0, 1])).toEqual({ type: "taken", holders: [process.pid, process.pid] });
    second.release();
    expect(claimed(home, [0, 1]).slot).toBe(1);
  });

  test("in the order given, those that rest last, and the one of before first", () => {
    const home = temporaryFolder();
    const first = claimed(home, [2, 0, 1]);
    expect(first.slot).toBe(2);
    first.rest();
    expect(claimed(home, [2, 0, 1]).slot).toBe(0);
    expect(claimed(home, [2, 0, 1], 2).slot).toBe(2);
  });

  test("a session that rested may have lost its slot, and says nothing for it any more", () => {
    const home = temporaryFolder();
    const first = claimed(home, [0]);
    first.rest();
    const second = claimed(home, [0]);
    first.rest();
    first.release();
    expect(claimSlot(home, PLACE, [0], 0)).toEqual({ type: "taken", holders: [process.pid] });
    second.rest();
    expect(claimed(home, [0]).slot).toBe(0);
  });

  test("for each server on its own", () => {
    const home = temporaryFolder();
    claimed(home, [0]);
    expect(claimSlot(home, "http://127.0.0.1:8081/v1", [0]).type).toBe("claimed");
  });

  test("files do not pile up, and nobody else may read them", () => {
    const home = temporaryFolder();
    for (let turn = 0; turn < 20; turn += 1) {
      claimed(home, [0, 1]).rest();
    }
    claimed(home, [0, 1]);
    expect(readdirSync(folderOf(home))).toHaveLength(2);
  });
});

describe("who is gone holds nothing", () => {
  test("a process that was killed", async () => {
    const home = temporaryFolder();
    const child = spawn("sleep", ["60"]);
    writeLease(home, "0.1.json", { pid: child.pid });
    expect(claimSlot(home, PLACE, [0])).toEqual({ type: "taken", holders: [child.pid] });
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(claimed(home, [0]).slot).toBe(0);
  });

  test.skipIf(process.platform !== "linux")(
    "a process whose number is another's by now (told by Linux only)",
    () => {
      const home = temporaryFolder();
      writeLease(home, "0.1.json", { pid: process.pid, startedAt: "1" });
      expect(claimed(home, [0]).slot).toBe(0);
      const [name = ""] = readdirSync(folderOf(home)).filter((file) => file.startsWith("0."));
      const stored = JSON.parse(readFileSync(join(folderOf(home), name), "utf8"));
      expect(stored).toMatchObject({ pid: process.pid, state: "working" });
      expect(stored.startedAt).toMatch(/^\d+$/);
      expect(stored.startedAt).not.toBe("1");
    },
  );

  test.each([
    "",
    "{",
    "[]",
    '{"pid":-1,"state":"working"}',
    '{"pid":1e99,"state":"working"}',
    '{"pid":1,"state":"x"}',
  ])("a file that is no lease: %s", (text) => {
    const home = temporaryFolder();
    claimed(home, [99]).release();
    writeFileSync(join(folderOf(home), "0.7.json"), text);
    expect(claimed(home, [0]).slot).toBe(0);
  });
});

test("where nothing can be written, one goes on without", () => {
  const home = temporaryFolder();
  mkdirSync(join(home, "leat"));
  writeFileSync(join(home, "leat", "slots"), "a file");
  expect(claimSlot(home, PLACE, [0])).toEqual({ type: "unavailable" });
});
