export type {
  ApprovalDecision,
  ApprovalReason,
  ApprovalRequest,
  Approve,
  PrefixRule,
  SandboxDenial,
} from "./approval.ts";
export type { EndpointFacts, EndpointMemory, ModelFacts, ServerFacts } from "./endpoint.ts";
export type {
  ConfigError,
  LeatError,
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
  Notice,
  Plan,
  PrefillProgress,
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
export type { EditTool, ToolSpec } from "./tool-spec.ts";
export type { ResponseTiming, TokenUsage } from "./usage.ts";
