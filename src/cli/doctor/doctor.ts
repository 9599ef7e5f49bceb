/** `leat doctor`: what is here, what is set, who answers, and what the model in force can do; and what to change. */
import { openEndpointMemory } from "../../home/index.ts";
import { memoryPlace } from "../../wire/index.ts";
import { exitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { findTargets, type TargetOptions, type Targets } from "../server-targets.ts";
import { curlLine } from "./curl.ts";
import { checkConfiguration, checkInstallation, checkSandbox, checkSurroundings } from "./local-checks.ts";
import { createReport } from "./report.ts";
import { checkServers } from "./server-checks.ts";

export interface DoctorOptions extends TargetOptions {
  readonly json: boolean;
  /** No model is asked anything. */
  readonly quick: boolean;
}

/** The exit code is 1 if a check failed. A mistake in the configuration is a finding like any other. */
export async function runDoctor(options: DoctorOptions, io: Io): Promise<number> {
  const report = createReport(options, io);
  const found = await findTargets({ ...options, asExec: true }, io);
  report.begin({ id: "leat", title: "leat" });
  report.add(...checkInstallation());
  report.begin({ id: "configuration", title: "Configuration" });
  report.add(...checkConfiguration(found, io));
  report.begin({ id: "sandbox", title: "Sandbox" });
  report.add(...(await report.during("sandbox", () => checkSandbox(found, io))));
  report.begin({ id: "surroundings", title: "Terminal and programs" });
  report.add(...(await checkSurroundings(io)));
  if (found.ok) {
    await checkServers({ ...options, found, isNamed: options.provider !== undefined, report }, io);
  } else {
    report.begin({ id: "servers", title: "Servers" });
    report.add({
      id: "servers",
      status: "unknown",
      message: "not asked: the configuration that names them can't be read",
    });
  }
  const interrupted = io.interrupt.aborted;
  const hasFailed = report.end({ curl: found.ok ? curlOf(found, io) : undefined, interrupted });
  if (interrupted) {
    return exitCode.interrupted;
  }
  return hasFailed ? exitCode.failure : exitCode.ok;
}

/** On the API that was found to work, where the configured one does not. */
function curlOf({ chosen, home }: Extract<Targets, { ok: true }>, io: Io): string {
  const { server, model } = openEndpointMemory(home).get(memoryPlace(chosen.provider), chosen.model);
  return curlLine(chosen, { api: model.wireApi ?? server.wireApi ?? chosen.provider.wireApi, env: io.env });
}
