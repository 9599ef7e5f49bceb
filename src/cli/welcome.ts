import { exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { version } from "./version.ts";

/** `leat` alone: what it can do today, and the next thing to type. */
export function welcome(io: Io): number {
  io.stdout.write(`leat ${version}, a coding agent for the terminal that makes local models first class.

  leat demo                          watch it mend a failing test; needs no model
  leat exec "explain this project"   one prompt, run to its end
  echo "…" | leat exec -p <profile>  the prompt from a pipe, a profile of config.toml
  leat models                        what the model servers on this machine have
  leat undo                          put back what the last turn changed
  leat practice --port 1234          the practice model as a server, to try your config against
  leat exec --help                   all options

Settings are read from ~/.codex/config.toml ($CODEX_HOME), as Codex CLI wrote them. With LM Studio running:
  leat exec -c model_provider="lmstudio" -m openai/gpt-oss-20b "…"
The interactive interface is not here yet.
`);
  return exitCode.ok;
}
