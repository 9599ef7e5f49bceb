import { expect, test } from "vitest";
import type { Check } from "../../../src/cli/doctor/check.ts";
import { judgeInstallation } from "../../../src/cli/doctor/checks/installation.ts";
import { judgeProgram } from "../../../src/cli/doctor/checks/programs.ts";
import { judgeSandbox, type SandboxEvidence } from "../../../src/cli/doctor/checks/sandbox.ts";
import { judgeTerminal, type TerminalEvidence } from "../../../src/cli/doctor/checks/terminal.ts";
import { curlLine } from "../../../src/cli/doctor/curl.ts";
import { installCommand } from "../../../src/cli/doctor/install-command.ts";
import { judgeLearnt } from "../../../src/cli/doctor/learnt.ts";
import { type Piece, shellWord } from "../../../src/cli/doctor/shell-word.ts";
import { configOf } from "../../config/support.ts";

const brief = ({ status, message, advice }: Check) =>
  [`${status} ${message}`, ...(advice === undefined ? [] : [advice.paste])].join(" → ");

test.each([
  ["20.19.0", "ok Node 20.19.0 on linux x64"],
  ["24.1.0", "ok Node 24.1.0 on linux x64"],
  ["20.18.1", "warn Node 20.18.1 on linux x64, older than 20.19, which leat is made for"],
  ["18.20.0", "warn Node 18.20.0 on linux x64, older than 20.19, which leat is made for"],
])("Node %s", (nodeVersion, expected) => {
  const evidence = { version: "1", nodeVersion, platform: "linux", architecture: "x64", folder: "/opt" };
  expect(judgeInstallation(evidence).map(brief)).toEqual(["info leat 1, in /opt", expected]);
});

const install = "sudo apt install bubblewrap";
const bubblewrap = { name: "bubblewrap", limits: [] } as const;
const missing = { kind: "sandbox", problem: "missing" } as const;
test.each<[string, Partial<SandboxEvidence>, RegExp]>([
  ["bubblewrap", {}, /^ok commands are confined by bubblewrap \(read-only\)$/],
  [
    "none is wanted",
    { mode: "danger-full-access" },
    /^warn sandbox_mode is danger-full-access: nothing confines/,
  ],
  [
    "none is there",
    { error: missing },
    /^fail commands are not run: bubblewrap .* → sudo apt install bubblewrap$/,
  ],
  [
    "it does not start",
    { error: { kind: "sandbox", problem: "does_not_start", detail: "no user namespaces" } },
    /^fail commands are not run: the sandbox is installed but does not start: no user namespaces$/,
  ],
  [
    "another stands in",
    { tier: { name: "landlock", limits: ["processes-visible"], insteadOf: missing } },
    /^warn commands are confined by Landlock alone, since there is no bubblewrap\. .* can be seen → sudo apt/,
  ],
  [
    "another does all of it",
    { tier: { name: "namespaces", limits: [], insteadOf: missing } },
    /^ok commands are confined by namespaces, since there is no bubblewrap$/,
  ],
])("sandbox: %s", (_name, evidence, expected) => {
  expect(brief(judgeSandbox({ mode: "read-only", tier: bubblewrap, install, ...evidence }))).toMatch(
    expected,
  );
});

test.each<[string, Partial<TerminalEvidence>, string]>([
  ["", {}, "info stdout is a terminal, stderr is one; TERM xterm; 100 columns; UTF-8; colours"],
  [
    "piped",
    { isTerminal: { stdout: false, stderr: false }, columns: undefined, term: undefined },
    "info stdout is no terminal, stderr is none; TERM not set; UTF-8; no colours",
  ],
  [
    "without colours",
    { noColor: true },
    "info stdout is a terminal, stderr is one; TERM xterm; 100 columns; UTF-8; no colours (NO_COLOR)",
  ],
  [
    "without UTF-8",
    { utf8: false },
    "warn stdout is a terminal, stderr is one; TERM xterm; 100 columns; no UTF-8; colours → export LANG=C.UTF-8",
  ],
])("terminal %s", (_name, evidence, expected) => {
  const usual = { columns: 100, term: "xterm", utf8: true, noColor: false, dumbTerminal: false };
  const isTerminal = { stdout: true, stderr: true };
  expect(brief(judgeTerminal({ ...usual, isTerminal, ...evidence }))).toBe(expected);
});

test.each([
  [{ name: "git", version: "git version 2.39.5" }, "ok git version 2.39.5"],
  [{ name: "git" }, "warn git is not found: `leat undo` and snapshots do not work → apt git"],
  [{ name: "rg" }, "info rg is not found: searching is done without ripgrep, more slowly"],
] as const)("%j", (evidence, expected) => {
  expect(brief(judgeProgram({ install: "apt git", ...evidence }))).toBe(expected);
});

test.each([
  ["linux", "ID=debian\nVERSION_ID=12", "sudo apt install bubblewrap"],
  ["linux", 'NAME="x"\nID=linuxmint\nID_LIKE="ubuntu debian"', "sudo apt install bubblewrap"],
  ["linux", 'ID="rocky"\nID_LIKE="rhel centos fedora"', "sudo dnf install bubblewrap"],
  ["linux", "ID=arch", "sudo pacman -S bubblewrap"],
  ["linux", 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"', "sudo zypper install bubblewrap"],
  ["linux", "ID=alpine", "sudo apk add bubblewrap"],
  ["linux", "ID=nixos", undefined],
  ["linux", undefined, undefined],
  ["darwin", undefined, "brew install bubblewrap"],
])("how to install on %s %j", (platform, osRelease, expected) => {
  expect(installCommand({ platform, osRelease }, "bubblewrap")).toBe(expected);
});

test.each<[readonly Piece[], string]>([
  [["http://h:1/v1"], "http://h:1/v1"],
  [["a b"], "'a b'"],
  [["it's"], `'it'\\''s'`],
  [[""], "''"],
  [["$HOME `id`"], "'$HOME `id`'"],
  [["Bearer ", { variable: "KEY" }], '"Bearer $KEY"'],
  [['q"$x` ', { variable: "KEY" }], `'q"$x\` '"$KEY"`],
])("a word for the shell: %j", (pieces, expected) => {
  expect(shellWord(...pieces)).toBe(expected);
});

const JSON_HEADER = "-H 'content-type: application/json'";
const BODY = `-d '{"model":"m","messages":[{"role":"user","content":"Say hello."}],"stream":true}'`;
test.each<[string, string, string]>([
  ["plain", 'base_url = "http://h:1/v1/"', `curl -sN http://h:1/v1/chat/completions ${JSON_HEADER} ${BODY}`],
  [
    "with a key in a variable",
    'base_url = "http://h/v1"\nenv_key = "H_KEY"',
    `curl -sN http://h/v1/chat/completions ${JSON_HEADER} -H "authorization: Bearer $H_KEY" ${BODY}`,
  ],
  [
    "with everything secret",
    'base_url = "http://u:secret@h/v1?k=secret"\nexperimental_bearer_token = "secret"\nquery_params = { api-version = "secret" }\nhttp_headers = { X-Team = "secret" }\nenv_http_headers = { X-Org = "ORG", X-None = "NONE" }',
    `curl -sN "http://h/v1/chat/completions?k=$K&api-version=$API_VERSION" -u "$SERVER_USER" ${JSON_HEADER} -H "authorization: Bearer $API_KEY" -H "X-Team: $X_TEAM" -H "X-Org: $ORG" ${BODY}`,
  ],
])("the curl line %s", (_name, provider, expected) => {
  const config = configOf(`model = "m"\nmodel_provider = "h"\n[model_providers.h]\n${provider}`);
  expect(curlLine(config, { api: "chat", env: { ORG: "secret" } })).toBe(expected);
});

test("the curl line on the Responses API, with a name that would break out", () => {
  const config = configOf(
    `model = "it's\\u202e"\nmodel_provider = "h"\n[model_providers.h]\nbase_url = "http://h"`,
  );
  expect(curlLine(config, { api: "responses", env: {} })).toBe(
    `curl -sN http://h/responses ${JSON_HEADER} -d '{"model":"it'\\''s\\u202e","input":"Say hello.","stream":true}'`,
  );
});

test("what was learnt", () => {
  expect(judgeLearnt({ server: { kind: "ollama", slots: 1 }, model: { contextWindow: 4_096 } }, [])).toEqual(
    [],
  );
  const facts = {
    server: { refusesNullContent: true },
    model: { refusedParameters: ["a", "b"], opensThinking: false, toolCallIds: "plain" as const },
  };
  expect(judgeLearnt(facts, ["response_format", "refusesTools"]).map(brief)).toEqual([
    "info learnt of this endpoint and kept: empty content is sent as a text; parameters left out: a, b; ids of calls are plain",
    "info no longer so, and forgotten: response_format is left out; tools are refused, so they are described in the prompt",
  ]);
});
