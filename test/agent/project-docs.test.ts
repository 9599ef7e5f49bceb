import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ProjectDocs, readProjectDocs } from "../../src/agent/index.ts";
import { tempFolder, writeFiles } from "../support/temp-folder.ts";

interface Case {
  readonly name: string;
  readonly files: Record<string, string | Buffer>;
  /** Below the project, which is the repository unless it says otherwise. */
  readonly cwd?: string;
  readonly outsideRepository?: true;
  readonly maxBytes?: number;
  readonly fallbackNames?: string[];
  readonly docs: ProjectDocs;
}

const whole = (text: string | undefined): ProjectDocs => ({ text, truncated: false });
const cut = (text: string | undefined): ProjectDocs => ({ text, truncated: true });

test.each<Case>([
  { name: "none", files: {}, docs: whole(undefined) },
  { name: "the home's alone, trimmed", files: { "home/AGENTS.md": "\n global \n" }, docs: whole("global") },
  { name: "the project's alone, as it is", files: { "project/AGENTS.md": "root\n" }, docs: whole("root\n") },
  {
    name: "both",
    files: { "home/AGENTS.md": "global\n", "project/AGENTS.md": "root\n" },
    docs: whole("global\n\n--- project-doc ---\n\nroot\n"),
  },
  {
    name: "from the root down to the cwd, and no others",
    files: {
      "AGENTS.md": "above",
      "project/AGENTS.md": "root",
      "project/a/AGENTS.md": "a",
      "project/a/b/AGENTS.md": "b",
      "project/a/b/c/AGENTS.md": "c",
      "project/x/AGENTS.md": "x",
    },
    cwd: "a/b",
    docs: whole("root\n\na\n\nb"),
  },
  {
    name: "outside a repository only the cwd's",
    files: { "project/AGENTS.md": "root", "project/a/AGENTS.md": "a" },
    cwd: "a",
    outsideRepository: true,
    docs: whole("a"),
  },
  {
    name: "blank files do not count",
    files: { "home/AGENTS.md": " \n", "project/AGENTS.md": "\n\n", "project/a/AGENTS.md": "a" },
    cwd: "a",
    docs: whole("a"),
  },
  {
    name: "other names in their order, where AGENTS.md is not there",
    files: {
      "project/README.md": "readme",
      "project/CLAUDE.md": "claude",
      "project/a/AGENTS.md": "a",
      "project/a/CLAUDE.md": "not read",
    },
    cwd: "a",
    fallbackNames: ["CLAUDE.md", "README.md"],
    docs: whole("claude\n\na"),
  },
  { name: "another spelling is another file", files: { "project/Agents.md": "no" }, docs: whole(undefined) },
  {
    name: "as many bytes as are allowed",
    files: { "project/AGENTS.md": "12345", "project/a/AGENTS.md": "67890" },
    cwd: "a",
    maxBytes: 10,
    docs: whole("12345\n\n67890"),
  },
  {
    name: "more bytes than are allowed, over all files",
    files: { "project/AGENTS.md": "12345", "project/a/AGENTS.md": "67890", "project/a/b/AGENTS.md": "x" },
    cwd: "a/b",
    maxBytes: 8,
    docs: cut("12345\n\n678"),
  },
  {
    name: "cut inside a character of three bytes",
    files: { "project/AGENTS.md": "a你好" },
    maxBytes: 6,
    docs: cut("a你"),
  },
  {
    name: "cut inside a character of four bytes",
    files: { "project/AGENTS.md": "a🦙" },
    maxBytes: 4,
    docs: cut("a"),
  },
  {
    name: "the home's has no limit, and 0 leaves the project's out",
    files: { "home/AGENTS.md": "global", "project/AGENTS.md": "root" },
    maxBytes: 0,
    docs: whole("global"),
  },
])("$name", ({ files, cwd = "", outsideRepository, maxBytes = 32_768, fallbackNames = [], docs }) => {
  const folder = tempFolder();
  const project = join(folder, "project");
  mkdirSync(join(project, cwd), { recursive: true });
  writeFiles(folder, files);
  expect(
    readProjectDocs({
      home: join(folder, "home"),
      cwd: join(project, cwd),
      repositoryRoot: outsideRepository ? undefined : project,
      maxBytes,
      fallbackNames,
      hiddenPaths: () => [],
    }),
  ).toEqual(docs);
});

test("a folder or a device of the name is passed over for the next name, a link is followed", () => {
  const folder = tempFolder();
  mkdirSync(join(folder, "AGENTS.md"));
  mkdirSync(join(folder, "a/b"), { recursive: true });
  symlinkSync("/dev/null", join(folder, "a/AGENTS.md"));
  writeFiles(folder, { "docs.md": "linked", "OTHER.md": "root's other", "a/OTHER.md": "a's other" });
  symlinkSync("../../docs.md", join(folder, "a/b/AGENTS.md"));
  expect(
    readProjectDocs({
      home: join(folder, "none"),
      cwd: join(folder, "a/b"),
      repositoryRoot: folder,
      maxBytes: 100,
      fallbackNames: ["OTHER.md"],
      hiddenPaths: () => [],
    }),
  ).toEqual({ text: "root's other\n\na's other\n\nlinked", truncated: false });
});

test.each(["auth.json", "keys/auth.json"])(
  "a link to the user's keys, planted in a repository, is passed over: %s",
  (secret) => {
    const root = tempFolder();
    mkdirSync(join(root, "project"));
    writeFiles(root, { [secret]: '{"OPENAI_API_KEY":"sk-secret"}' });
    symlinkSync(`../${secret}`, join(root, "project/AGENTS.md"));
    writeFileSync(join(root, "project/OTHER.md"), "Be kind.");
    const docs = readProjectDocs({
      home: join(root, "home"),
      cwd: join(root, "project"),
      repositoryRoot: undefined,
      maxBytes: 1000,
      fallbackNames: ["OTHER.md"],
      hiddenPaths: () => [join(root, "auth.json"), join(root, "keys")],
    });
    expect(docs).toEqual({ text: "Be kind.", truncated: false });
  },
);
