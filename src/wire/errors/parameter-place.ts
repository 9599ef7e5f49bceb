import { asArray, asText, type JsonObject } from "../json.ts";

/** The names on the way to a part of the request, from the outside in. */
export type Path = readonly string[];

/** Pydantic's places: as JSON, as the text of a Python list (vLLM), or as lines of text; and zod's, as JSON. */
export function locations(message: string, objects: readonly JsonObject[]): Path[] {
  const paths: Path[] = [];
  for (const object of objects) {
    const words = `${asText(object["type"])?.slice(0, 100)} ${asText(object["msg"])?.slice(0, 200)}`;
    if (object["loc"] !== undefined && !SAYS_MISSING.test(words)) {
      paths.push(withoutBody(asArray(object["loc"]).slice(0, 20).flatMap(stepOf)));
    }
    // Zod (gateways in TypeScript): `{"code": "invalid_type", "path": ["tool_choice"], …}`.
    if (ZOD_CODE.test(asText(object["code"])?.slice(0, 60) ?? "") && object["received"] !== "undefined") {
      paths.push(withoutBody(asArray(object["path"]).slice(0, 20).flatMap(stepOf)));
    }
  }
  for (const [, type, place] of message.matchAll(PYTHON_LOCATION)) {
    if (type !== "missing" && type !== "json_invalid") {
      paths.push(withoutBody((place ?? "").split(",").flatMap((step) => stepOf(step.replace(/['" ]/g, "")))));
    }
  }
  const line = PYDANTIC_TEXT.exec(message)?.[1];
  if (line !== undefined && !message.includes("[type=missing")) {
    paths.push(pathOf(line));
  }
  return paths;
}

const ZOD_CODE = /^(?:invalid_(?:type|value|literal|enum_value|union)|too_(?:big|small))$/;
/** `[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), …}]`: vLLM before 0.9. */
const PYTHON_LOCATION = /'type': '([a-z_.]{1,60})', 'loc': [([]([^)\]]{1,300})[)\]]/g;
/** `1 validation error for ChatCompletionRequest\nstream_options\n  Extra inputs are not permitted [type=…]`. */
const PYDANTIC_TEXT = /validation errors? for \w{1,60}\n([\w.-]{1,200})\n/;
export const SAYS_MISSING = /\bmissing\b|field required|is required|json_invalid|JSON decode error/i;

/** `messages[0].content`, `messages.[2].role`, `body.stream_options`: the names in it, without the numbers. */
export function pathOf(text: string): Path {
  return withoutBody(
    text
      .slice(0, 200)
      .split(/[.[\]]/)
      .flatMap(stepOf),
  );
}

function stepOf(step: unknown): string[] {
  return typeof step === "string" && step !== "" && step.length <= 100 && !/^\d{1,9}$/.test(step)
    ? [step]
    : [];
}

/** FastAPI begins with `body`, Go with the name of a struct. */
function withoutBody(path: Path): Path {
  const [first = ""] = path;
  return first === "body" || first === "request" || /^[A-Z]\w{0,60}$/.test(first) ? path.slice(1) : path;
}
