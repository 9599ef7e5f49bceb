import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { baseInstructions, initialContext, readProjectDocs, type TurnDependencies } from "../agent/index.ts";
import type { Config } from "../config/index.ts";
import { openEndpointMemory } from "../home/index.ts";
import { createHttpClient, type HttpClient } from "../net/index.ts";
import type { ConfigError, SandboxPolicy, SessionError } from "../protocol/index.ts";
import { childEnvironment, openSandbox, resolvePolicy, type Sandbox } from "../sandbox/index.ts";
import { createSession, readGitFacts, type Session } from "../session/index.ts";
import { createToolSet } from "../tools/index.ts";
import { type Endpoint, streamModel } from "../wire/index.ts";
import type { Io } from "./io.ts";
import { version } from "./version.ts";

export interface ConversationOptions {
  readonly config: Config;
  readonly home: string;
  /** Absolute, symlinks resolved. */
  readonly cwd: string;
  readonly repositoryRoot: string | undefined;
  readonly endpoint: Endpoint;
  /** Put around the client, to see what goes over the line. */
  readonly wrapHttp?: (http: HttpClient) => HttpClient;
}

export type Conversation =
  | {
      readonly ok: true;
      readonly session: Session;
      readonly policy: SandboxPolicy;
      /** AGENTS.md files were longer than `project_doc_max_bytes`. */
      readonly docsTruncated: boolean;
      readonly dependencies: Omit<TurnDependencies, "emit" | "signal" | "now">;
      close(): void;
    }
  | { readonly ok: false; readonly error: SessionError | ConfigError };

/** Assembles what a turn needs from the configuration: the one place where the modules meet. No process is started. */
export function openConversation(options: ConversationOptions, io: Io): Conversation {
  const { config, home, cwd, repositoryRoot, endpoint } = options;
  const instructions = readInstructions(config, cwd);
  if (typeof instructions !== "string") {
    return { ok: false, error: instructions };
  }
  const docs = readProjectDocs({
    home,
    cwd,
    repositoryRoot,
    maxBytes: config.projectDocMaxBytes,
    fallbackNames: config.projectDocFallbackFilenames,
    hiddenFiles: hiddenFiles(home),
  });
  const opened = createSession({
    home,
    cwd,
    originator: "leat_exec",
    version,
    userInstructions: docs.text,
    git: readGitFacts(cwd),
    now: () => new Date(),
  });
  if (!opened.ok) {
    return opened;
  }
  const { session } = opened;
  const policy = sandboxPolicy(config, cwd, io);
  for (const item of initialContext({
    cwd,
    approvalPolicy: config.approvalPolicy,
    sandboxPolicy: policy,
    extraWritableRoots: config.workspaceWrite.writableRoots,
    shell: io.env["SHELL"],
    userInstructions: docs.text,
  })) {
    const unwritten = session.appendContext(item);
    if (unwritten !== undefined) {
      session.close();
      return { ok: false, error: unwritten };
    }
  }
  let sandbox: Promise<Sandbox> | undefined;
  const { wrapHttp = (client) => client } = options;
  const http = wrapHttp(createHttpClient(new Set([new URL(endpoint.baseUrl).hostname.toLowerCase()])));
  const memory = openEndpointMemory(home);
  return {
    ok: true,
    session,
    policy,
    docsTruncated: docs.truncated,
    dependencies: {
      session,
      model: config.model,
      instructions,
      tools: createToolSet({
        model: config.model,
        editTool: config.editTool,
        ...(config.contextWindow === undefined ? {} : { contextWindow: config.contextWindow }),
      }),
      settings: { ...config.generation, extraBody: config.provider.extraBody },
      cwd,
      userHome: io.userHome,
      openSandbox() {
        sandbox ??= confine(policy, options, io);
        return sandbox;
      },
      turnFacts: {
        cwd,
        model: config.model,
        approvalPolicy: config.approvalPolicy,
        sandboxMode: config.sandboxMode,
        workspaceWrite: config.workspaceWrite,
      },
      contextWindow: config.contextWindow,
      askModel: (request, { signal, emit }) =>
        streamModel(request, endpoint, {
          http,
          memory,
          signal,
          emit,
          random: Math.random,
          newCallId: () => `call_${crypto.randomUUID().replaceAll("-", "")}`,
        }),
    },
    close() {
      session.close();
      http.close();
    },
  };
}

/** The user's own system prompt replaces ours whole, as in Codex. */
function readInstructions(config: Config, cwd: string): string | ConfigError {
  if (config.instructionsFile === undefined) {
    return baseInstructions;
  }
  const path = resolve(cwd, config.instructionsFile);
  try {
    const text = readFileSync(path, "utf8").trim();
    if (text !== "") {
      return text;
    }
    return { kind: "config", problem: { type: "unreadable", path, reason: "the file is empty" } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "config", problem: { type: "unreadable", path, reason } };
  }
}

function sandboxPolicy(config: Config, cwd: string, io: Io): SandboxPolicy {
  const tmpdir = io.env["TMPDIR"];
  return resolvePolicy({
    mode: config.sandboxMode,
    cwd,
    ...config.workspaceWrite,
    ...(tmpdir === undefined || tmpdir === "" ? {} : { tmpdir }),
  });
}

/** Keys and headers of every provider stay out of the commands' environment, whatever their names are. */
function confine(policy: SandboxPolicy, options: ConversationOptions, io: Io): Promise<Sandbox> {
  const { config, cwd, home } = options;
  const secretNames = config.providers.flatMap(({ secretVariables }) => secretVariables);
  const environment = childEnvironment(io.env, config.shellEnvironment, secretNames);
  return openSandbox({ policy, cwd, environment, hiddenFiles: hiddenFiles(home) });
}

/** What no model may read, by whatever way. */
function hiddenFiles(home: string): string[] {
  return [join(home, "auth.json")];
}
