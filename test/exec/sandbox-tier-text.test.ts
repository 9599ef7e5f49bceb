import { expect, test } from "vitest";
import { tierName, tierSentence } from "../../src/exec/index.ts";
import type { SandboxTier } from "../../src/protocol/index.ts";

const missing = { kind: "sandbox", problem: "missing" } as const;
const broken = { kind: "sandbox", problem: "does_not_start", detail: "bwrap: no" } as const;

test.each<{ tier: SandboxTier; name: string; sentence: string }>([
  {
    tier: { name: "namespaces", landlockVersion: 7, limits: [], insteadOf: missing },
    name: "namespaces + Landlock",
    sentence: "commands are confined by namespaces + Landlock, since there is no bubblewrap",
  },
  {
    tier: { name: "namespaces", limits: [], insteadOf: broken },
    name: "namespaces",
    sentence: "commands are confined by namespaces, since bubblewrap does not start (bwrap: no)",
  },
  {
    tier: {
      name: "landlock",
      landlockVersion: 7,
      limits: ["git-writable", "processes-visible"],
      insteadOf: missing,
    },
    name: "Landlock alone",
    sentence:
      "commands are confined by Landlock alone, since there is no bubblewrap. It does not do all: .git and .codex can be changed, hooks included; other processes and their arguments can be seen",
  },
])("$name", ({ tier, name, sentence }) => {
  expect([tierName(tier), tierSentence(tier)]).toEqual([name, sentence]);
});
