/** What a server sends is `unknown` until a field has been looked at; these are the looks. */

export type Fields = Readonly<Record<string, unknown>>;

/** Anything but an object is an empty one. */
export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** A hostile list is not to fill screens. */
const MOST_ENTRIES = 2_000;

/** The objects of a list; anything but a list is an empty one. */
export function entries(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.slice(0, MOST_ENTRIES).map(fields) : [];
}

const MOST_LETTERS = 500;

export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, MOST_LETTERS) : undefined;
}

/** A whole number above zero. */
export function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** Less holds no conversation, and more no memory: such a number is a mistake. */
const CREDIBLE_WINDOW = { least: 512, most: 100_000_000 };

export function tokens(value: unknown): number | undefined {
  const number = count(value);
  const { least, most } = CREDIBLE_WINDOW;
  return number !== undefined && number >= least && number <= most ? number : undefined;
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

/** The names in a list of texts. */
export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.slice(0, MOST_ENTRIES).flatMap((entry) => text(entry) ?? []) : [];
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };
type Known<T> = Partial<Defined<T>>;

/** Without the fields that nobody told. */
export function known<T extends object>(values: T): Known<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Known<T>;
}
