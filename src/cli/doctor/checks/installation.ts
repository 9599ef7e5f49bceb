import type { Check } from "../check.ts";

export interface InstallationEvidence {
  readonly version: string;
  /** Without the `v`. */
  readonly nodeVersion: string;
  readonly platform: string;
  readonly architecture: string;
  /** The folder of the running program. */
  readonly folder: string;
}

/** The oldest Node that must work, as in package.json. */
const OLDEST_NODE = [20, 19] as const;

export function judgeInstallation(evidence: InstallationEvidence): Check[] {
  const { version, nodeVersion, platform, architecture, folder } = evidence;
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  const oldest = OLDEST_NODE.join(".");
  return [
    {
      id: "leat.version",
      status: "info",
      message: `leat ${version}, in ${folder}`,
      data: { version, folder },
    },
    {
      id: "leat.node",
      status: isOld ? "warn" : "ok",
      message: `Node ${nodeVersion} on ${platform} ${architecture}${isOld ? `, older than ${oldest}, which leat is made for` : ""}`,
      ...(isOld ? { hint: `Install Node ${oldest} or newer: https://nodejs.org` } : {}),
      data: { node: nodeVersion, platform, architecture },
    },
  ];
}
