import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  baseInstructions,
  createContextKeeper,
  initialContext,
  readProjectDocs,
  requestOf,
  type TurnDependencies,
} from "../agent/index.ts";
import type { Approvals } from "../approval/index.ts";
import type { Config } from "../config/index.ts";
import { createHttpClient, type HttpClient, type Traffic } from "../net/index.ts";
import type {
  AgentEvent,
  ConfigError,
  EndpointMemory,
  SandboxPolicy,
  SessionError,
} from "../protocol/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import { createSession, readGitFacts, type Session } from "../session/index.ts";
import { createToolSet } from "../tools/index.ts";
import { type Endpoint, rememberedFacts, streamModel } from "../wire/index.ts";
import { accompany, type Companion } from "./companions/companion.ts";
import { ttlOf } from "./companions/keep-loaded.ts";
import { openCompanions } from "./companions/open-companions.ts";
import { openWarmth } from "./companions/open-warmth.ts";
import { confine, hiddenFiles, hiddenPaths, sandboxPolicy } from "./confinement.ts";
import type { Io } from "./io.ts";
import { reasonOf } from "./reason-of.ts";
import { sessionHeaders, withSessionId } from "./session-id.ts";
import { openSnapshots } from "./snapshots.ts";
import { version } from "./version.ts";

export interface ConversationOptions {
  readonly config: Config;
  readonly home: string;
  readonly memory: EndpointMemory;
  /** Absolute, symlinks resolved. */
  readonly cwd: string;
  readonly repositoryRoot: string | undefined;
  readonly endpoint: Endpoint;
  /** Nothing but loopback is contacted, whatever is configured. */
  readonly offline: boolean;
  /** Nothing is written before `begin`. */
  readonly isDraft?: boolean;
  /** Put around the client, to see what goes over the line. */
  readonly wrapHttp?: (http: HttpClient) => HttpClient;
  /** Counts what goes to which host. */
  readonly traffic?: Traffic;
}

export type Conversation =
  | {
      readonly ok: true;
      readonly session: Session;
      readonly policy: SandboxPolicy;
      /** AGENTS.md files were longer than `project_doc_max_bytes`. */
      readonly docsTruncated: boolean;
      readonly dependencies: Omit<TurnDependencies, "approve" | "emit" | "signal" | "now">;
      /** Writes down what there is, where it was opened as a draft. */
      begin(): SessionError | undefined;
      /**
       * The user is waited for, and the server may read what is sure of the next prompt: at the start of a session, and at the end
       * of a turn in which the conversation was summed up. Ends by itself, at the latest with the next request. (In exec, after a
       * summary the next request follows at once: there is nothing to wait for, and nothing to warm.)
       */
      prewarm(emit: (event: AgentEvent) => void): void;
      /** To be told of every event of a turn. */
      see(event: AgentEvent): void;
      /** Ends what runs in the background. */
      close(): Promise<void>;
    }
  | { readonly ok: false; readonly error: SessionError | ConfigError };

export type OpenConversation = Extract<Conversation, { ok: true }>;

/** Assembles what a turn needs from the configuration: the one place where the modules meet. No process is started. */
export function openConversation(options: ConversationOptions, io: Io): Conversation {
  const { config, home, memory, cwd, repositoryRoot, endpoint } = options;
  const instructions = readPromptFile(config.instructionsFile, cwd) ?? baseInstructions;
  if (typeof instructions !== "string") {
    return { ok: false, error: instructions };
  }
  const { compaction } = config;
  const summaryPrompt = compaction.prompt ?? readPromptFile(compaction.promptFile, cwd);
  if (typeof summaryPrompt === "object") {
    return { ok: false, error: summaryPrompt };
  }
  const docs = readProjectDocs({
    home,
    cwd,
    repositoryRoot,
    maxBytes: config.projectDocMaxBytes,
    fallbackNames: config.projectDocFallbackFilenames,
    hiddenPaths: () => [...hiddenFiles(config, home), ...hiddenPaths(config, io)],
  });
  const opened = createSession({
    home,
    cwd,
    originator: "leat_exec",
    version,
    userInstructions: docs.text,
    git: readGitFacts(cwd),
    now: () => new Date(),
    isDraft: options.isDraft === true,
  });
  if (!opened.ok) {
    return opened;
  }
  const { session } = opened;
  const policy = sandboxPolicy(config, cwd, io);
  const head = initialContext({
    cwd,
    approvalPolicy: config.approvalPolicy,
    sandboxPolicy: policy,
    extraWritableRoots: config.workspaceWrite.writableRoots,
    shell: io.env["SHELL"],
    userInstructions: docs.text,
  });
  for (const item of head) {
    const unwritten = session.appendContext(item);
    if (unwritten !== undefined) {
      session.close();
      return { ok: false, error: unwritten };
    }
  }
  let sandbox: Promise<Sandbox> | undefined;
  let approvals: Promise<Approvals> | undefined;
  const { wrapHttp = (client) => client, traffic } = options;
  const { hostname } = new URL(endpoint.baseUrl);
  const hosts = new Set(options.offline ? [] : [hostname]);
  const http = wrapHttp(createHttpClient(hosts, { traffic }));
  const window = config.contextWindow ?? rememberedFacts(endpoint, config.model, memory).model.contextWindow;
  const tools = createToolSet({
    model: config.model,
    ...(window === undefined ? {} : { contextWindow: window }),
    editTool: config.editTool,
    ...config.tools,
  });
  const server = () => rememberedFacts(endpoint, config.model, memory).server;
  const context = createContextKeeper({
    window,
    windowIsRemembered: config.contextWindow === undefined,
    head,
    server,
    askWindow: () => askWindow(),
    ...(compaction.tokenLimit === undefined ? {} : { limit: compaction.tokenLimit }),
    ...(config.generation.maxOutputTokens === undefined
      ? {}
      : { maxOutputTokens: config.generation.maxOutputTokens }),
    ...(summaryPrompt === undefined ? {} : { ownPrompt: summaryPrompt }),
  });
  const asked: Endpoint = { ...endpoint, sessionHeaders: sessionHeaders(config.provider, session.id) };
  const ttl = ttlOf({ minutes: config.keepModelLoadedMinutes, endpoint, model: config.model, memory });
  const basics = {
    session,
    model: config.model,
    instructions,
    tools,
    settings: {
      ...config.generation,
      extraBody: { ...ttl, ...withSessionId(config.provider.extraBody, session.id) },
    },
  };
  const warmth = openWarmth({
    config,
    home,
    endpoint: asked,
    memory,
    nextRequest: () => requestOf(basics),
    openHttp: () => wrapHttp(createHttpClient(hosts, { traffic })),
  });
  const { companions: others, askWindow } = openCompanions({
    config,
    home,
    endpoint,
    memory,
    session: session.id,
    context,
    server,
    openHttp: () => wrapHttp(createHttpClient(new Set(), { traffic })),
  });
  const companions: readonly Companion[] = [...warmth.companions, ...others];
  const ask = accompany(
    ({ request, signal, emit }) =>
      streamModel(request, asked, {
        http,
        memory,
        signal,
        emit,
        random: Math.random,
        newCallId: () => `call_${crypto.randomUUID().replaceAll("-", "")}`,
      }),
    companions,
  );
  return {
    ok: true,
    session,
    policy,
    docsTruncated: docs.truncated,
    begin: () => session.begin(),
    prewarm: (emit) => warmth.prewarm.begin(emit),
    dependencies: {
      ...basics,
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
      context,
      guard: config.loopGuard,
      openApprovals(emit) {
        approvals ??= import("./approvals.ts").then(({ openUserApprovals }) =>
          openUserApprovals(config, { home, emit }),
        );
        return approvals;
      },
      snapshots: config.undo
        ? openSnapshots({
            home,
            userHome: io.userHome,
            root: repositoryRoot ?? cwd,
            env: io.env,
            writableFolders: policy.mode === "workspace-write" ? policy.writableRoots : [],
          })
        : undefined,
      askModel: (request, { signal, emit }) => ask({ request, signal, emit }),
    },
    see(event) {
      for (const companion of companions) {
        companion.see?.(event);
      }
    },
    async close() {
      session.close();
      await Promise.all(companions.map((companion) => companion.close?.()));
      http.close();
      await tools.close();
    },
  };
}

/** A prompt of the user's own replaces ours whole, as in Codex; undefined where none is configured. */
function readPromptFile(file: string | undefined, cwd: string): string | ConfigError | undefined {
  if (file === undefined) {
    return undefined;
  }
  const path = resolve(cwd, file);
  try {
    const text = readFileSync(path, "utf8").trim();
    if (text !== "") {
      return text;
    }
    return { kind: "config", problem: { type: "unreadable", path, reason: "the file is empty" } };
  } catch (error) {
    return { kind: "config", problem: { type: "unreadable", path, reason: reasonOf(error) } };
  }
}
