import { join } from "node:path";
import type { CheckStatus } from "../../../src/cli/doctor/check.ts";
import { type DoctorOptions, runDoctor } from "../../../src/cli/doctor/doctor.ts";
import type { Io } from "../../../src/cli/io.ts";
import { findFreePort } from "../../support/loopback.ts";
import { tempFolder, writeFiles } from "../../support/temp-folder.ts";

export interface Diagnosis {
  readonly code: number;
  readonly report: {
    readonly checks: readonly {
      readonly id: string;
      readonly group: string;
      readonly status: CheckStatus;
      readonly message: string;
      readonly data?: unknown;
    }[];
    readonly advice: readonly { readonly reason: string; readonly paste: string }[];
    readonly curl?: string;
  };
  /** `status message`, of the group of servers in force only. */
  readonly lines: readonly string[];
  /** The facts that were kept, as they stand in the file. */
  readonly home: string;
}

/** A provider `box` in force there; the built-in ones are where nobody listens, so that no real server is met. */
export async function configFor(url: string, more = ""): Promise<string> {
  const nobody = `http://127.0.0.1:${await findFreePort()}/v1`;
  const builtIns = ["lmstudio", "ollama", "oss", "llamacpp"].map(
    (id) => `[model_providers.${id}]\nbase_url = "${nobody}"\n`,
  );
  return `model = "leat-practice"\nmodel_provider = "box"\n${more}\n[model_providers.box]\nbase_url = "${url}"\n${builtIns.join("")}`;
}

export async function diagnose(
  config: string,
  options: Partial<DoctorOptions> = {},
  {
    interrupt = new AbortController().signal,
    prepare = () => {},
  }: { readonly interrupt?: AbortSignal; readonly prepare?: (home: string) => void } = {},
): Promise<Diagnosis> {
  const folder = tempFolder();
  const home = join(folder, "home");
  writeFiles(home, { "config.toml": config });
  prepare(home);
  const written: string[] = [];
  const io: Io = {
    env: { PATH: process.env["PATH"], HOME: folder, CODEX_HOME: home },
    cwd: folder,
    userHome: folder,
    stdin: () => process.stdin,
    stdout: { write: (text) => written.push(String(text)) },
    stderr: { write: () => {} },
    interrupt,
  };
  const code = await runDoctor({ overrides: [], json: true, quick: false, ...options }, io);
  const report = JSON.parse(written.join(""));
  const lines = report.checks
    .filter((check: { group: string }) => check.group === "server:box")
    .map(({ status, message }: { status: string; message: string }) => `${status} ${message}`);
  return { code, report, lines, home };
}

/** What the clock says differs from run to run. */
export function withoutTimes(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/\b[\d.]+ m?s\b/g, "T").replace(/\b\d+ pieces/, "N pieces"));
}
