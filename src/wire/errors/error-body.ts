import type { ModelError } from "../../protocol/index.ts";
import { asArray, asNumber, asObject, asText, type JsonObject, parseJson } from "../json.ts";
import { kindOf } from "./kinds.ts";
import { readOverflowCounts } from "./overflow-counts.ts";
import { readRefusal } from "./parameter.ts";
import { readRetryAfter } from "./retry-after.ts";
import { readSaid } from "./said.ts";
import { wantedApi } from "./wanted-api.ts";

/** An error as a body: JSON in any of its shapes, a page of HTML from a proxy, or plain words. */
export function readErrorBody(text: string, status: number | undefined): ModelError {
  const body = parseJson(text);
  if (asObject(body) !== undefined || asArray(body).some((entry) => asObject(entry) !== undefined)) {
    return errorFrom(body, status);
  }
  const title = titleOfPage(text);
  // A page that comes as a success is somebody's web interface: the same request would bring it again.
  if (title !== undefined && status === undefined) {
    return { kind: "not_found", message: title };
  }
  // What a proxy's page says of load is about the proxy; who stands behind it has not answered.
  if (title !== undefined && status !== undefined && status >= 500) {
    return { kind: "server", message: title, status };
  }
  const message = title ?? text.slice(0, 10_000).trim().slice(0, MAX_TEXT_LENGTH);
  return errorFrom(message, status);
}

/** The error of a stream event or of a body that is JSON. */
export function errorFromJson(object: JsonObject, status: number | undefined): ModelError {
  return errorFrom(object, status);
}

/** Says whether an event is an error, so that one inside a 200 stream is not mistaken for an answer. */
export function holdsError(object: JsonObject): boolean {
  const error = object["error"];
  return (
    asObject(error) !== undefined ||
    asText(error) !== undefined ||
    asArray(error).length > 0 ||
    ((error === true || asNumber(error) !== undefined) && asText(object["message"]) !== undefined) ||
    object["object"] === "error" ||
    (object["choices"] === undefined && isBareError(object))
  );
}

/** The words of an error at the top, as frameworks answer a request (FastAPI's `detail`), sent as an event. */
function isBareError(object: JsonObject): boolean {
  return (
    object["type"] === "error" ||
    asText(object["detail"]) !== undefined ||
    (asText(object["message"]) !== undefined && (statusIn([object]) !== undefined || hasFailureCode(object)))
  );
}

/** DashScope's own frames: `{"code": "InternalError", "message": "…", "request_id": "…"}`. */
function hasFailureCode({ code, type }: JsonObject): boolean {
  const word = asText(code);
  return type === undefined && word !== undefined && !/^(?:\d{1,9}|ok|success)$/i.test(word);
}

const MAX_TEXT_LENGTH = 500;

/** Kinds after which it makes sense to wait and ask again. */
const WAITED_FOR: ReadonlySet<ModelError["kind"]> = new Set([
  "rate_limit",
  "overloaded",
  "quota",
  "model_loading",
  "server",
]);

function errorFrom(body: unknown, httpStatus: number | undefined): ModelError {
  const { message: words, objects } = readSaid(body);
  const status = httpStatus ?? statusIn(objects);
  const message = words ?? defaultMessage(status);
  const refusal = readRefusal(message, objects);
  const wants = wantedApi(message);
  const codes = codesOf(objects, status);
  const kind = kindOf({ message, codes, status, refusal, wantsOtherApi: wants !== undefined });
  const parameter =
    kind === "unsupported_parameter" && refusal?.part === "parameter" ? refusal.name : undefined;
  const retryAfterSeconds = WAITED_FOR.has(kind) ? readRetryAfter(message, objects) : undefined;
  return {
    kind,
    message,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(wants === undefined ? {} : { wants }),
    ...(parameter === undefined ? {} : { parameter }),
    ...(kind === "context_overflow" ? readOverflowCounts(objects, message) : {}),
  };
}

const CODE_KEYS = ["code", "type", "status", "error_type", "error_code", "reason", "__type", "quotaId"];
const MAX_CODES_LENGTH = 1000;

/** Words and numbers beside the message; what Google puts into lists of its own, too. */
function codesOf(objects: readonly JsonObject[], status: number | undefined): string {
  const details = objects.flatMap((object) => objectsIn(object["details"]));
  const violations = details.flatMap((detail) => objectsIn(detail["violations"]));
  const codes = [...objects, ...details, ...violations].flatMap((object) =>
    CODE_KEYS.map((key) => shortWord(object[key])),
  );
  const is429 = status === 429 || codes.includes("429");
  const isLoading = objects.some((object) => asNumber(object["estimated_time"]) !== undefined);
  return [is429 ? "status 429" : "", isLoading ? "estimated_time" : "", ...codes]
    .filter((code) => code !== "")
    .join(" ")
    .slice(0, MAX_CODES_LENGTH);
}

function objectsIn(value: unknown): JsonObject[] {
  return asArray(value)
    .slice(0, 10)
    .flatMap((entry): JsonObject[] => {
      const object = asObject(entry);
      return object === undefined ? [] : [object];
    });
}

/** A code or type: a word or a number; anything else says nothing. */
function shortWord(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value).slice(0, 100) : "";
}

/** A stream has no status of its own left; gateways put the number into the error, as text, too. */
function statusIn(objects: readonly JsonObject[]): number | undefined {
  return objects
    .flatMap((object) => STATUS_KEYS.map((key) => Number(shortWord(object[key]))))
    .find((number) => Number.isInteger(number) && number >= 400 && number < 600);
}

const STATUS_KEYS = ["code", "status", "status_code", "statusCode"];

/** HTML, and the XML of AWS. */
function titleOfPage(text: string): string | undefined {
  if (!/^\s{0,100}</.test(text)) {
    return undefined;
  }
  const start = text.slice(0, 20_000);
  const title =
    /<title[^>]{0,100}>([^<]{1,300})<\/title>/i.exec(start) ??
    /<message>([^<]{1,300})<\/message>/i.exec(start);
  return title?.[1]?.trim() ?? "the answer is an HTML page";
}

function defaultMessage(status: number | undefined): string {
  return status === undefined ? "an error without a message" : `HTTP status ${status} without a message`;
}
