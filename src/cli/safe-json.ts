/** JSON that may stand on a terminal: what JSON itself leaves as it is, and a terminal may obey, is escaped. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    UNSAFE,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const UNSAFE = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
