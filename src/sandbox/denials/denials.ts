/**
 * What the sandbox kept a failed command from. A message of the command must name it, the policy must forbid it, and
 * the user must have the right to it without the sandbox: only then it is said.
 */
import { accessSync, constants, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { SandboxDenial, SandboxTierName } from "../../protocol/index.ts";
import { landingPlace, linkStatus } from "../disk.ts";
import { contains, type WriteVerdict } from "../policy.ts";
import { type Evidence, findEvidence } from "./evidence.ts";
import type { NetworkEvidence } from "./network-evidence.ts";
import type { PathEvidence, PathFailure } from "./path-evidence.ts";

export interface DenialContext {
  readonly tier: SandboxTierName;
  readonly cwd: string;
  readonly userHome: string | undefined;
  readonly networkAccess: boolean;
  checkWrite(path: string): WriteVerdict;
  isHidden(path: string): boolean;
}

const MAX_DENIALS = 8;

export function findDenials(output: string, context: DenialContext): SandboxDenial[] {
  const found = new Map<string, SandboxDenial>();
  for (const evidence of findEvidence(output)) {
    if (found.size === MAX_DENIALS) {
      break;
    }
    const denial = verify(evidence, context);
    if (denial !== undefined) {
      found.set(JSON.stringify(denial), denial);
    }
  }
  return withoutVagueTargets([...found.values()]);
}

function verify(evidence: Evidence, context: DenialContext): SandboxDenial | undefined {
  switch (evidence.kind) {
    case "path":
      return verifyPath(evidence, context);
    case "network":
      return verifyNetwork(evidence, context);
    case "socket":
      return isUsableSocket(evidence.path) ? { kind: "network", target: evidence.path } : undefined;
    default:
      return evidence satisfies never;
  }
}

/** With what error each sandbox answers a write: a mount, a module of the kernel, macOS. */
const WRITE_FAILURES: Readonly<Record<SandboxTierName, readonly PathFailure[]>> = {
  bubblewrap: ["read-only", "busy"],
  namespaces: ["read-only", "busy"],
  landlock: ["permission"],
  seatbelt: ["not-permitted"],
  none: [],
};

function verifyPath({ paths, failure }: PathEvidence, context: DenialContext): SandboxDenial | undefined {
  for (const named of paths) {
    const path = absolute(named, context);
    if (path === undefined) {
      continue;
    }
    // A hidden folder is empty for the command; a file of the user's that it can't find is there in truth.
    if (context.isHidden(path) && failure !== "busy") {
      if (mayRead(path)) {
        return { kind: "read", path };
      }
      continue;
    }
    if (WRITE_FAILURES[context.tier].includes(failure)) {
      const verdict = context.checkWrite(path);
      const isForbidden = !verdict.allowed && (failure !== "busy" || verdict.reason === "protected");
      if (isForbidden && mayWrite(path)) {
        return { kind: "write", path };
      }
    }
  }
  return undefined;
}

function absolute(named: string, { cwd, userHome }: DenialContext): string | undefined {
  if (named === "" || named.includes("\0")) {
    return undefined;
  }
  if (/^~(?:\/|$)/.test(named)) {
    return userHome === undefined ? undefined : resolve(userHome, named.slice(2));
  }
  return resolve(cwd, named);
}

function mayRead(path: string): boolean {
  return hasAccess(path, constants.R_OK);
}

/** To change it, to replace it, or to make it where nothing is yet. A disk that is read-only by itself says no here. */
function mayWrite(path: string): boolean {
  const place = landingPlace(path);
  if (place === undefined) {
    return false;
  }
  const status = linkStatus(place);
  // Root has every right to files of the kernel's, but most of them take no writes, and none can be made.
  if (["/proc", "/sys"].some((tree) => contains(tree, place)) && ((status?.mode ?? 0) & 0o222) === 0) {
    return false;
  }
  if (status !== undefined) {
    return hasAccess(place, constants.W_OK) || hasAccess(dirname(place), constants.W_OK | constants.X_OK);
  }
  let folder = dirname(place);
  while (folder !== dirname(folder) && linkStatus(folder) === undefined) {
    folder = dirname(folder);
  }
  return hasAccess(folder, constants.W_OK | constants.X_OK);
}

function hasAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** They lead nowhere by their very definition, and tests use them for that. */
const RESERVED = /(?:^|\.)(?:invalid|test|example|localhost)$/i;

function verifyNetwork(
  { failure, host, port }: NetworkEvidence,
  { networkAccess, tier }: DenialContext,
): SandboxDenial | undefined {
  if (
    networkAccess ||
    tier === "none" ||
    (host !== undefined && RESERVED.test(host) && host !== "localhost")
  ) {
    return undefined;
  }
  switch (failure) {
    case "unreachable":
      return { kind: "network", ...(host === undefined ? {} : { target: host }) };
    case "forbidden":
      return tier === "seatbelt" && host !== undefined ? { kind: "network", target: host } : undefined;
    case "refused":
      // The sandbox has a loopback of its own. Without somebody who listens on the user's, nothing was missed.
      return port !== undefined && isListening(port)
        ? { kind: "network", target: `${host}:${port}` }
        : undefined;
    default:
      return failure satisfies never;
  }
}

/** By the kernel's list: to try would be a connection the user did not ask for. */
function isListening(port: number): boolean {
  const listening = `:${port.toString(16).toUpperCase().padStart(4, "0")} [0-9A-F]+:0000 0A `;
  const pattern = new RegExp(`^ *\\d+: [0-9A-F]+${listening}`, "m");
  return ["/proc/net/tcp", "/proc/net/tcp6"].some((file) => {
    try {
      return pattern.test(readFileSync(file, "utf8"));
    } catch {
      return false;
    }
  });
}

function isUsableSocket(path: string): boolean {
  const place = landingPlace(path);
  return place !== undefined && linkStatus(place)?.isSocket() === true && hasAccess(place, constants.W_OK);
}

/** Beside a host that is named, "network" alone says nothing more. */
function withoutVagueTargets(denials: readonly SandboxDenial[]): SandboxDenial[] {
  const isNamed = denials.some((denial) => denial.kind === "network" && denial.target !== undefined);
  return denials.filter((denial) => !isNamed || denial.kind !== "network" || denial.target !== undefined);
}
