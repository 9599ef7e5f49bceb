/** Judges what the model wants to do, by the user's policy, rules and earlier answers. */
import type {
  ApprovalDecision,
  ApprovalPolicy,
  ApprovalReason,
  ConfigError,
  PrefixRule,
  SandboxDenial,
  SandboxError,
  SandboxMode,
} from "../protocol/index.ts";
import { type Classification, classifyCommand } from "./command/classify.ts";
import { decideCommand, decideDenied, decideWrite, type Granted, reaches } from "./decide.ts";
import { suggestPrefix } from "./prefix.ts";
import { createSessionApprovals } from "./session-approvals.ts";
import { type Standing, standingOf } from "./standing.ts";
import {
  COMMAND_DENIED,
  type Command,
  PATCH_DENIED,
  type Place,
  type Question,
  type RefusedPath,
  type Verdict,
} from "./verdict.ts";

export interface ApprovalOptions {
  readonly policy: ApprovalPolicy;
  readonly mode: SandboxMode;
  /** Called once, with the first command. */
  readonly readRules: () => readonly PrefixRule[];
  /** Writes a rule down for later sessions; what kept it from that, if anything. */
  readonly keepRule: (rule: PrefixRule) => ConfigError | undefined;
}

export interface Approvals {
  /** `sandboxMissing`: there is no sandbox that works, and the mode needs one. */
  judgeCommand(
    command: Command,
    circumstances?: { readonly isEscalated?: boolean; readonly sandboxMissing?: SandboxError | undefined },
  ): Promise<Verdict>;
  /** After the sandbox stopped something. Undefined: the result stands as it is. */
  judgeDenied(command: Command, denials: readonly SandboxDenial[]): Promise<Verdict | undefined>;
  /** An edit by a tool; `refused` are those among its paths that the sandbox does not let be written. */
  judgeWrite(edit: { readonly paths: readonly string[]; readonly refused: readonly RefusedPath[] }): Verdict;
  /** Keeps the answer to a question, as far as it is meant for more than this once; an error if that holds for this session only. */
  record(question: Question, decision: ApprovalDecision): ConfigError | undefined;
  /** Known to change nothing. */
  isReadOnly(command: Command): Promise<boolean>;
}

export function createApprovals({ policy, mode, readRules, keepRule }: ApprovalOptions): Approvals {
  const session = createSessionApprovals();
  let rules: readonly PrefixRule[] | undefined;
  const classify = rememberLast(classifyCommand);

  const stand = async (command: Command, classification: Classification): Promise<Standing> => {
    rules ??= readRules();
    return await standingOf(command, classification, { rules, session });
  };

  return {
    async judgeCommand(command, { isEscalated = false, sandboxMissing } = {}) {
      const classification = await classify(command.argv);
      const standing = await stand(command, classification);
      const danger = classification.kind === "dangerous" ? classification.what : undefined;
      return decideCommand(
        { policy, mode, danger, rule: standing.rule, granted: standing.granted, isEscalated, sandboxMissing },
        (reason, place) => commandQuestion(command, standing, { reason, place }),
      );
    },
    async judgeDenied(command, denials) {
      const standing = await stand(command, await classify(command.argv));
      return decideDenied({ policy, mode, granted: standing.granted, denials }, (reason, place) =>
        commandQuestion(command, standing, { reason, place }),
      );
    },
    judgeWrite({ paths, refused }) {
      return decideWrite({ policy, mode, refused, granted: session.pathsPlace(paths) }, (reason, place) => ({
        kind: "ask",
        about: { kind: "write", paths },
        reason,
        place,
        whenDenied: PATCH_DENIED,
      }));
    },
    record(question, decision) {
      if (decision !== "approve-session" && decision !== "approve-always") {
        return undefined;
      }
      const { about, prefix, place, reason } = question;
      if (about.kind === "write") {
        session.addPaths(about.paths, place);
      } else if (prefix === undefined) {
        session.addCommand(about.command, place);
      } else {
        session.addPrefix(prefix, place);
        // Beside a rule to ask, one that allows would never count.
        if (decision === "approve-always" && reason.kind !== "rule") {
          const rule: PrefixRule = { prefix, decision: "allow" };
          rules = [...(rules ?? []), rule];
          return keepRule(rule);
        }
      }
      return undefined;
    },
    async isReadOnly(command) {
      return (await classify(command.argv)).kind === "safe";
    },
  };
}

function commandQuestion(
  command: Command,
  standing: Standing,
  { reason, place }: { reason: ApprovalReason; place: Place },
): Question {
  const prefix = prefixFor(standing, reason, place);
  return {
    kind: "ask",
    about: { kind: "command", command },
    reason,
    ...(prefix === undefined ? {} : { prefix }),
    place,
    whenDenied: COMMAND_DENIED,
  };
}

/** One prefix answers the question only where one command is open; what destroys is approved word by word. */
function prefixFor(
  { parts, rule }: Standing,
  reason: ApprovalReason,
  place: Place,
): readonly string[] | undefined {
  const needed: Granted =
    place === "sandbox" ? "in-sandbox" : reason.kind === "escalation" ? "on-escalation" : "outside";
  const open = parts.filter((part) => !reaches(part.granted, needed));
  const asked = open.length === 0 && rule !== undefined ? parts : open;
  const [only, ...others] = asked;
  const isOne = only !== undefined && others.length === 0 && only.class.kind === "unknown";
  return isOne ? suggestPrefix(only.words) : undefined;
}

/** A call is judged more than once: before it runs, for the snapshot, after the sandbox stopped it. */
function rememberLast(classify: typeof classifyCommand): typeof classifyCommand {
  let last: { readonly key: string; readonly result: Promise<Classification> } | undefined;
  return (argv) => {
    const key = JSON.stringify(argv);
    if (last?.key !== key) {
      last = { key, result: classify(argv) };
    }
    return last.result;
  };
}
