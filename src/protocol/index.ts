export type {
  ApprovalDecision,
  ApprovalReason,
  ApprovalRequest,
  Approve,
  PrefixRule,
} from "./approval.ts";
export type { CacheMissCause, ContextTruncation, PromptChange, WindowLearnt } from "./context.ts";
export type { EndpointFacts, EndpointMemory, ModelFacts, ServerFacts, ServerKind } from "./endpoint.ts";
export type {
  ConfigError,
  ContextError,
  LeatError,
  LoopError,
  MissingKeyError,
  ModelError,
  ModelErrorKind,
  SandboxError,
  ServerErrorKind,
  SessionError,
} from "./error.ts";
export type {
  AgentEvent,
  DialectLesson,
  FileChange,
  GuardCounts,
  Notice,
  Plan,
  PrefillProgress,
  PrewarmEnd,
  ServerState,
  ToolAction,
  ToolOutcome,
  TurnEnd,
} from "./event.ts";
export type {
  FunctionCallItem,
  FunctionCallOutputItem,
  HistoryItem,
  MessageItem,
  ReasoningItem,
} from "./item.ts";
export type { ApprovalPolicy, SandboxMode, SandboxPolicy, ShellEnvironmentPolicy } from "./policy.ts";
export type { SandboxDenial } from "./sandbox-denial.ts";
export type { SandboxLimit, SandboxTier, SandboxTierName } from "./sandbox-tier.ts";
export type { EditTool, ToolSpec } from "./tool-spec.ts";
export type {
  ChangeCounts,
  SnapshotEnd,
  SnapshotObstacle,
  SnapshotStart,
  TurnSnapshots,
} from "./undo.ts";
export type { ContextFill, ContextPart, ResponseTiming, Speed, TokenUsage } from "./usage.ts";
