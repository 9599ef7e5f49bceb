/** What a server lets a client do with its models. Whatever it does not offer is absent. */
import type { HttpClient } from "../../net/index.ts";
import type { ModelError } from "../../protocol/index.ts";
import type { ServerAddress } from "../ask.ts";
import type { ServedModel } from "../identity.ts";
import type { PullProgress } from "./pull-event.ts";
import type { PullRefusal } from "./pull-refusal.ts";

export interface ModelControl {
  readonly pull?: (name: string, options: PullOptions) => Promise<PullEnd>;
  readonly load?: (model: ServedModel, access: ControlAccess) => Promise<ControlEnd>;
  readonly unload?: (model: ServedModel, access: ControlAccess) => Promise<ControlEnd>;
}

export interface ControlAccess {
  readonly address: ServerAddress;
  readonly http: HttpClient;
  readonly signal: AbortSignal;
}

export interface PullOptions extends ControlAccess {
  readonly onNews: (news: PullNews) => void;
  /** How long to wait before the next attempt, which counts from 1. */
  readonly delayMs?: (attempt: number) => number;
  /** Between two questions about a download that the server does by itself. */
  readonly pollMs?: number;
}

/** What is worth showing while a pull goes on. */
export type PullNews =
  | { readonly type: "progress"; readonly progress: PullProgress }
  /** What it does besides, in its own words. */
  | { readonly type: "stage"; readonly text: string }
  | { readonly type: "paused" }
  | {
      readonly type: "retry";
      readonly failure: PullFailure;
      readonly attempt: number;
      readonly most: number;
      readonly delayMs: number;
    };

/** `broken`: the connection to the server failed, or its answer ended in the middle. */
export type PullFailure =
  | { readonly type: "broken"; readonly error: ModelError }
  | { readonly type: "refused"; readonly refusal: PullRefusal };

export type PullEnd =
  | { readonly type: "pulled" }
  /** Nothing was to be done. */
  | { readonly type: "there-already" }
  | PullFailure
  | { readonly type: "interrupted" };

export type ControlEnd =
  | { readonly type: "done"; readonly contextWindow?: number }
  /** It will be, when the request it works on has ended. */
  | { readonly type: "still-busy" }
  | { readonly type: "refused"; readonly status?: number; readonly message: string }
  /** This version of the server does not know the route. */
  | { readonly type: "no-route" }
  | { readonly type: "broken"; readonly error: ModelError }
  | { readonly type: "interrupted" };
