/** One event as one line of JSON, fit to be written down: without secrets, of bounded length, with nothing that steers a terminal. */

export type Fields = Readonly<Record<string, unknown>>;

const MAX_TEXT_LENGTH = 2000;
/** So much is looked through for secrets: far more than is written, so that none is cut before it is known. */
const MAX_SCANNED_LENGTH = 64 * 1024;
const MAX_LINE_BYTES = 16 * 1024;
const MAX_ENTRIES = 50;
const MAX_DEPTH = 8;

/** The first fields tell when, how grave and what; they stay where a line would grow too long. */
export function formatLine(first: Fields, more: Fields, hide: (text: string) => string): string {
  const cleanFirst = clean(first, hide, 0) as Fields;
  const line = toJson({ ...cleanFirst, ...(clean(more, hide, 0) as Fields) });
  const bytes = Buffer.byteLength(line);
  return bytes <= MAX_LINE_BYTES ? line : toJson({ ...cleanFirst, left_out_bytes: bytes });
}

/** JSON leaves DEL, C1 and the marks that turn text around as they are. */
function toJson(value: Fields): string {
  const unsafe = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
  const escaped = JSON.stringify(value).replace(
    unsafe,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${escaped}\n`;
}

function clean(value: unknown, hide: (text: string) => string, depth: number): unknown {
  if (typeof value === "string") {
    return cut(hide(value.slice(0, MAX_SCANNED_LENGTH)), value.length);
  }
  if (typeof value === "number") {
    return Math.round(value * 10) / 10;
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (depth === MAX_DEPTH) {
    return "…";
  }
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ENTRIES).map((entry) => clean(entry, hide, depth + 1));
  }
  const fields = value instanceof Error ? errorFields(value) : value;
  return Object.fromEntries(
    Object.entries(fields)
      .slice(0, MAX_ENTRIES)
      .map(([name, field]) => [name, clean(field, hide, depth + 1)]),
  );
}

/** With what lies behind it: Node's reason for a broken connection stands in the cause. */
function errorFields(error: Error): Fields {
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: unknown };
  return {
    name: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(Array.isArray(errors) ? { errors } : {}),
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  };
}

function cut(text: string, wholeLength: number): string {
  return text.length <= MAX_TEXT_LENGTH && wholeLength <= MAX_SCANNED_LENGTH
    ? text
    : `${text.slice(0, MAX_TEXT_LENGTH)}… (${wholeLength} characters)`;
}
