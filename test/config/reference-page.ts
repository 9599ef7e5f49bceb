import { builtInProviders } from "../../src/config/built-in-providers.ts";
import type { Effect, KeySpec } from "../../src/config/key-spec.ts";
import { KEYS } from "../../src/config/keys.ts";

/** docs/configuration.md. A test holds the page to this text; `UPDATE_DOCS=1 npx vitest run test/config` writes it. */
export function renderReferencePage(): string {
  const sections = [INTRODUCTION, ...SECTIONS.map(renderSection), renderBuiltIns()];
  return `${sections.map((section) => section.trim()).join("\n\n")}\n`;
}

const INTRODUCTION = `
<!-- Made from src/config/keys.ts: change it there, then run UPDATE_DOCS=1 npx vitest run test/config -->
# Configuration

leat reads Codex's file: \`$CODEX_HOME/config.toml\`, without that variable \`~/.codex/config.toml\`. No file is needed.

\`\`\`toml
[model_providers.local-oss]
name = "Local gpt-oss-20b"
base_url = "http://localhost:1234/v1"

[profiles.local-oss]
model = "openai/gpt-oss-20b"
model_provider = "local-oss"
\`\`\`

With this, \`leat exec --profile local-oss "…"\` asks the server at port 1234. Mind TOML's rule: a key that stands below
a \`[table]\` line belongs to that table. General keys go to the top of the file.

## Which value counts

1. A flag of its own: \`--model\`, \`--sandbox\`, …
2. The profile: \`--profile NAME\`, else the one the key \`profile\` names.
3. \`-c key=value\`, as if it stood in the file. So a value in the active profile beats a general \`-c\`; say
   \`-c profiles.NAME.key=value\` to change that one.
4. The file.
5. The default.

\`-c\` takes a dotted key, quoted where a part has a dot in it (\`-c 'projects."/a.b".trust_level="trusted"'\`), and a TOML
value; what is no TOML value is taken as text. It can be given several times, and the last one wins.

## What happens to mistakes

Broken TOML, a value of the wrong type, a word that is not allowed, an unknown profile or provider end the run (exit
code 1) with file, line and key. An unknown key never does: all of them are named in one line.
`;

interface Section {
  readonly effect: Effect;
  readonly title: string;
  readonly text: string;
}

const SECTIONS: readonly Section[] = [
  { effect: "used", title: "Keys leat uses", text: "`<id>`, `<name>` and `<path>` stand for any name." },
  {
    effect: "not-yet",
    title: "Keys without effect so far",
    text: "They are checked, and leat says once that nothing comes of them.",
  },
  {
    effect: "codex-only",
    title: "Keys that only mean something to Codex",
    text: "They are accepted in silence, whatever their value.",
  },
];

function renderSection({ effect, title, text }: Section): string {
  const specs = KEYS.filter((spec) => spec.effect === effect);
  const table = effect === "codex-only" ? shortTable(specs) : fullTable(specs);
  return `## ${title}\n\n${text}\n\n${table.join("\n")}`;
}

function shortTable(specs: readonly KeySpec[]): string[] {
  return ["| Key | What it is |", "|---|---|", ...specs.map(({ key, doc }) => `| \`${key}\` | ${doc} |`)];
}

function fullTable(specs: readonly KeySpec[]): string[] {
  const rows = specs.map(
    (spec) => `| \`${spec.key}\` | ${typeText(spec)} | ${defaultText(spec)} | ${spec.doc} |`,
  );
  return ["| Key | Value | Default | Meaning |", "|---|---|---|---|", ...rows];
}

const TYPE_NAMES: Readonly<Record<KeySpec["type"], string>> = {
  string: "string",
  path: "path",
  url: "URL",
  boolean: "true or false",
  integer: "integer",
  number: "number",
  strings: "array of strings",
  "string-map": "table of strings",
  table: "table",
  any: "any",
};

function typeText({ type, allowed, cap }: KeySpec): string {
  if (allowed !== undefined) {
    return allowed.map((value) => `\`${value}\``).join(", ");
  }
  return cap === undefined ? TYPE_NAMES[type] : `${TYPE_NAMES[type]}, at most ${cap}`;
}

function defaultText(spec: KeySpec): string {
  return spec.default === undefined ? "" : `\`${JSON.stringify(spec.default)}\``;
}

function renderBuiltIns(): string {
  const rows = [...builtInProviders({})].map(([id, { fields, defaultModel }]) => {
    const model = defaultModel ?? "gpt-5-codex";
    return `| \`${id}\` | ${fields.get("name")} | ${fields.get("base_url")} | \`${fields.get("wire_api")}\` | \`${model}\` |`;
  });
  return `## Built-in providers

| Id | Name | URL | API | Default model |
|---|---|---|---|---|
${rows.join("\n")}

\`[model_providers.<id>]\` with one of these ids changes only the fields it gives; an empty \`env_key\` takes the key away.
\`OPENAI_BASE_URL\` replaces the URL of \`openai\`; \`CODEX_OSS_BASE_URL\`, else \`CODEX_OSS_PORT\`, that of \`oss\`. A value in
the file beats these variables. The key of \`openai\` is read from \`OPENAI_API_KEY\`, else from Codex's \`auth.json\`.`;
}
