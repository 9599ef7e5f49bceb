import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { openBody } from "../../src/net/body.ts";
import { TransportFailure } from "../../src/net/index.ts";

test.each(["ETIMEDOUT", "EHOSTUNREACH", "ECONNRESET", "EPIPE"])(
  "%s in mid-body is a connection that broke, and worth another try",
  async (code) => {
    const incoming = new PassThrough();
    const url = "http://localhost/";
    const { signal } = new AbortController();
    let released = 0;
    const request = { url, headers: {}, body: "", signal, idleTimeoutMs: undefined };
    const release = () => {
      released += 1;
    };
    const { body } = openBody(incoming as unknown as IncomingMessage, { request, release });
    incoming.write("one");
    const first = await body.next();
    incoming.destroy(Object.assign(new Error(`read ${code}`), { code }));
    const error = await body.next().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TransportFailure);
    expect({ first: String(first.value), detail: (error as TransportFailure).detail, released }).toEqual({
      first: "one",
      detail: { kind: "disconnected", message: `${code}: read ${code}`, url },
      released: 1,
    });
  },
);

test("a body that is expected to end ends when nothing more comes, and not before", async () => {
  const incoming = new PassThrough();
  const { signal } = new AbortController();
  const request = { url: "http://localhost/", headers: {}, body: "", signal, idleTimeoutMs: undefined };
  const { body, expectEnd } = openBody(incoming as unknown as IncomingMessage, { request, release() {} });
  incoming.write("one");
  expect(String((await body.next()).value)).toBe("one");
  expectEnd(50);
  incoming.write("two");
  expect(String((await body.next()).value)).toBe("two");
  expect(await body.next()).toEqual({ value: undefined, done: true });
  expect(incoming.destroyed).toBe(true);
});
