import type { ServerKind } from "../protocol/index.ts";
import { entries, type Fields, fields, text } from "./fields.ts";
import type { ServedModel, ServerIdentity } from "./identity.ts";

/** What one server is known by. Pure: which routes to ask, and what their answers say. */
export interface ServerAdapter {
  readonly kind: ServerKind;
  /** Whether the list of models, which every server has, looks like one of this server's. */
  readonly looksLike: (list: ModelList) => boolean;
  /** What tells the window of a running model. */
  readonly routes: readonly Route[];
  /** What else a person wants to know. */
  readonly moreRoutes: readonly Route[];
  /** undefined: the answers are not of this server. Routes that were not asked have no answer. */
  readonly identify: (answers: Answers) => ServerIdentity | undefined;
  /** A question for each of these models, where only that tells about it. */
  readonly perModel?: {
    readonly tellsWindow: boolean;
    /** What the answer says of the window that a model will be loaded with, which counts only until then. */
    readonly windowWhenLoaded?: (answer: Fields) => number | undefined;
    readonly question: (model: ServedModel) => Question | undefined;
    readonly add: (model: ServedModel, answer: Fields) => ServedModel;
  };
}

/** `models` goes behind the base URL, a path with a slash behind the root of the server. */
export type Route = "models" | `/${string}`;

export interface Question {
  readonly route: Route;
  /** Sent as the body; absent: a GET. */
  readonly json?: object;
}

export type Answers = ReadonlyMap<Route, Answer>;

export interface Answer {
  readonly status: number;
  /** The header `server`. */
  readonly software: string | undefined;
  /** undefined where the body was no JSON, or too long. */
  readonly json: unknown;
}

/** The list at `/v1/models`. */
export interface ModelList {
  readonly models: readonly Fields[];
  readonly software: string | undefined;
}

/** undefined: no list came. */
export function modelList(answers: Answers): ModelList | undefined {
  const answer = answers.get("models");
  const { data, object } = fields(answer?.json);
  if (answer === undefined || answer.status !== 200 || !(Array.isArray(data) || object === "list")) {
    return undefined;
  }
  return { models: entries(data), software: answer.software };
}

/** The body of a route that answered with success; undefined otherwise, and where it was not asked. */
export function success(answers: Answers, route: Route): Fields | undefined {
  const answer = answers.get(route);
  return answer !== undefined && answer.status === 200 && answer.json !== undefined
    ? fields(answer.json)
    : undefined;
}

/** Every entry says that. */
export function ownedBy({ models }: ModelList, ...owners: readonly string[]): boolean {
  return (
    models.length > 0 && models.every((model) => owners.includes(String(model["owned_by"]).toLowerCase()))
  );
}

/** The list as models of which only the name is known. */
export function namedModels(list: ModelList | undefined): { readonly id: string; readonly entry: Fields }[] {
  return (list?.models ?? []).flatMap((entry) => {
    const id = text(entry["id"]);
    return id === undefined ? [] : [{ id, entry }];
  });
}
