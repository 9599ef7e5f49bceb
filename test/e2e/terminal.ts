import { spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { program, type Workbench } from "./support.ts";

/** `script` of util-linux gives the program a terminal of its own; its output comes to us. */
export function startInTerminal(bench: Pick<Workbench, "home" | "project">, columns: number, prompt: string) {
  const command = `stty cols ${columns} rows 24; exec ${process.execPath} ${program} exec "$PROMPT"`;
  const child = spawn("script", ["-qefc", command, "/dev/null"], {
    cwd: bench.project,
    env: {
      PATH: process.env["PATH"],
      HOME: bench.home,
      CODEX_HOME: bench.home,
      LANG: "C.UTF-8",
      TERM: "xterm-256color",
      PROMPT: prompt,
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let screen = "";
  let wake = () => {};
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text: string) => {
    screen += text;
    wake();
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const sees = async (text: string) => {
    while (!screen.includes(text)) {
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return { sees, screen: () => screen, ended: once(child, "close").then(([code]) => code as number) };
}
