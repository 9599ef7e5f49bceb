import { chmodSync, chownSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { helperTier } from "../../../src/sandbox/fallback/limits.ts";
import { runUnconfined } from "../../../src/sandbox/index.ts";
import { noHelper } from "../../support/sandbox.ts";
import { temporaryFolder } from "../support.ts";
import { ATTEMPTS, type Attempt, USES } from "./attempts.ts";

const isRoot = process.getuid?.() === 0;
const USERS = [
  { user: "the user of the tests", become: [] },
  ...(isRoot && existsSync("/usr/bin/setpriv")
    ? [{ user: "an ordinary user", become: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] }]
    : []),
];
/** `none`: the attempts themselves are tried, lest one fails for another reason than the sandbox. */
const MODES = ["none", "namespaces", "landlock"] as const;

describe.each(MODES)("attempts: %s", (mode) => {
  const obstacle = mode === "none" ? noHelper("namespaces") : noHelper(mode);
  // Without a sandbox some would do harm, as root.
  const users = mode === "none" ? USERS.slice(-1) : USERS;
  const attempts = ATTEMPTS.filter(({ needs }) => mode !== "none" || needs === undefined);
  const folder = temporaryFolder();
  afterAll(folder.remove);
  beforeAll(async () => {
    await build({
      entryPoints: [join(import.meta.dirname, "run-attempts.ts")],
      bundle: true,
      platform: "node",
      format: "esm",
      loader: { ".pl": "text" },
      outfile: join(folder.path, "run-attempts.mjs"),
      logLevel: "silent",
    });
    chmodSync(folder.path, 0o755);
  });

  test.skipIf(obstacle !== undefined).each(users)(
    `as $user${obstacle === undefined ? "" : ` (skipped: ${obstacle})`}`,
    async ({ user, become }) => {
      const own = join(folder.path, user.replaceAll(" ", "-"));
      mkdirSync(own);
      if (become.length > 0) {
        chownSync(own, 65534, 65534);
      }
      const all = [...attempts, ...USES];
      const end = await runUnconfined(
        [
          ...become,
          process.execPath,
          join(folder.path, "run-attempts.mjs"),
          own,
          mode,
          JSON.stringify(all.map(({ script }) => script)),
        ],
        { cwd: own, env: { PATH: "/usr/bin:/bin" }, timeoutMs: 60_000 },
      );
      if (end.kind !== "exited" || end.exitCode !== 0) {
        throw new Error(JSON.stringify(end));
      }
      const succeeded = JSON.parse(end.output.text) as unknown[];
      const isLimit = ({ landlock }: Attempt) => mode === "landlock" && landlock !== undefined;
      expect(all.map(({ what }, index) => ({ what, succeeded: succeeded[index] }))).toEqual([
        ...attempts.map((attempt) => ({
          what: attempt.what,
          succeeded: mode === "none" || isLimit(attempt),
        })),
        ...USES.map((use) => ({ what: use.what, succeeded: !isLimit(use) })),
      ]);
    },
    60_000,
  );
});

test("every limit of Landlock alone is shown by an attempt, but what newer kernels hold", () => {
  const shown = new Set([...ATTEMPTS, ...USES].flatMap(({ landlock }) => landlock ?? []));
  const { limits } = helperTier("landlock", { landlockVersion: 6, hasRoots: true });
  expect([...shown].sort()).toEqual([...limits].sort());
});

test.each([
  { name: "namespaces", version: 0, hasRoots: true, limits: [] },
  {
    name: "landlock",
    version: 5,
    hasRoots: false,
    limits: [
      "attributes-writable",
      "signals-open",
      "processes-visible",
      "hidden-names-visible",
      "local-sockets-refused",
      "shared-memory-refused",
    ],
  },
] as const)("limits: $name, version $version", ({ name, version, hasRoots, limits }) => {
  expect(helperTier(name, { landlockVersion: version, hasRoots }).limits).toEqual(limits);
});
