/**
 * Failures a user can meet, as values. The text a person reads is made in one place, `cli/explain.ts`;
 * here are only the kind and the data that text needs.
 */

import type { ServerKind } from "./endpoint.ts";
import type { ContextFill } from "./usage.ts";

/** What went wrong between us and a model server, judged by what the server says rather than by its status. */
export type ModelErrorKind = ConnectionErrorKind | ServerErrorKind;

/** On the way to the server, or in the stream. */
type ConnectionErrorKind =
  | "connection_refused"
  | "host_not_found"
  | "unreachable"
  | "host_not_allowed"
  | "tls"
  | "redirect"
  | "disconnected"
  | "idle_timeout"
  | "incomplete"
  | "empty_answer";

/** Said by the server. */
export type ServerErrorKind =
  | "context_overflow"
  | "model_loading"
  | "model_not_loaded"
  | "model_not_found"
  | "tools_unsupported"
  | "unsupported_parameter"
  | "template"
  | "reasoning_replay_required"
  | "rate_limit"
  | "overloaded"
  | "quota"
  | "auth"
  | "not_found"
  | "bad_request"
  | "server";

export interface ModelError {
  readonly kind: ModelErrorKind;
  /** The server's own words, or the system's error text; free of control characters and secrets. */
  readonly message: string;
  readonly url?: string;
  /** HTTP status, where an answer came. */
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  /** The API the server names as the one that works, where it refuses the one it was asked on. */
  readonly wants?: "responses" | "chat";
  /** The request parameter the server refused, by its name in our request. */
  readonly parameter?: string;
  /** Of a context overflow, where the server tells: the loaded context and the prompt, in tokens. */
  readonly contextTokens?: number;
  readonly promptTokens?: number;
  /** How many requests were made in all before giving up. */
  readonly attempts?: number;
}

/** A mistake in what the user configured or typed; always fatal, exit code 1. */
export interface ConfigError {
  readonly kind: "config";
  readonly problem:
    | { readonly type: "syntax"; readonly message: string }
    | {
        readonly type: "wrong_type";
        readonly expected: string;
        readonly found: string;
        /** A text in quotes where a value without them is wanted. */
        readonly isQuoted?: true;
      }
    | { readonly type: "missing_value"; readonly example: string }
    | { readonly type: "wrong_value"; readonly found: string; readonly allowed: readonly string[] }
    | { readonly type: "unknown_profile"; readonly name: string; readonly known: readonly string[] }
    | { readonly type: "unknown_provider"; readonly name: string; readonly known: readonly string[] }
    | { readonly type: "bad_override"; readonly text: string; readonly reason: string }
    | { readonly type: "home_missing"; readonly path: string }
    | { readonly type: "unreadable"; readonly path: string; readonly reason: string }
    | { readonly type: "not_written"; readonly path: string; readonly reason: string }
    | { readonly type: "unknown_key"; readonly known: readonly string[] };
  /** Where the value came from: a file path, or the flag as typed. */
  readonly source?: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
  /** Dotted, as a user would write it after `-c`. */
  readonly key?: string;
  /** The nearest name or value that exists. */
  readonly nearest?: string;
}

/** A session file that can't be written: nothing more is sent, since it would be lost. */
export interface SessionError {
  readonly kind: "session";
  readonly path: string;
  readonly reason: string;
}

export interface MissingKeyError {
  readonly kind: "missing_key";
  readonly variable: string;
  readonly providerName: string;
  readonly instructions?: string;
}

/** The confined modes need a sandbox and there is none that works. */
export interface SandboxError {
  readonly kind: "sandbox";
  readonly problem: "missing" | "does_not_start" | "unsupported_platform";
  /** What the probe printed, if it ran at all. */
  readonly detail?: string;
}

/** The conversation does not fit the context window, and summing it up does not help. */
export interface ContextError {
  readonly kind: "context_full";
  readonly limitTokens: number;
  readonly fill: ContextFill;
  /** There was nothing to sum up: the prompt was not sent, since no way of counting makes it fit. */
  readonly unsent?: { readonly model: string; readonly server?: ServerKind };
}

/** The model went round in circles, was told so, and went on: the loop guard ended the turn. */
export interface LoopError {
  readonly kind: "loop";
  readonly problem: /** `subject`: the command or the path, where there is one. `count`: how many times it was asked for. */
    | {
        readonly type: "repeated_call";
        readonly name: string;
        readonly subject: string;
        readonly count: number;
      }
    /** Different calls; `message` is what all of them ended with. */
    | { readonly type: "repeated_error"; readonly message: string; readonly count: number }
    /** `unit`: what came again and again, the second time in the turn. */
    | { readonly type: "repeated_text"; readonly unit: string }
    /** Twice in a row; `tokens` is about how much it thought the second time. */
    | { readonly type: "reasoning_budget"; readonly tokens: number };
}

export type LeatError =
  | ContextError
  | LoopError
  | ModelError
  | ConfigError
  | SessionError
  | MissingKeyError
  | SandboxError;
