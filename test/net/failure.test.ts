import { expect, test } from "vitest";
import { describeSocketError } from "../../src/net/failure.ts";

const url = "http://localhost:1234/v1";

function systemError(code: string, message = `connect ${code}`): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  ["ECONNREFUSED", "connection_refused"],
  ["ENOTFOUND", "host_not_found"],
  ["EAI_AGAIN", "host_not_found"],
  ["EHOSTUNREACH", "unreachable"],
  ["ENETUNREACH", "unreachable"],
  ["ETIMEDOUT", "unreachable"],
  ["ECONNRESET", "disconnected"],
  ["EPIPE", "disconnected"],
  ["CERT_HAS_EXPIRED", "tls"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
  ["EPROTO", "tls"],
])("%s is %s", (code, kind) => {
  expect(describeSocketError(systemError(code), url)).toEqual({
    kind,
    message: `${code}: connect ${code}`,
    url,
  });
});

test("Node's advice on its own options is left out", () => {
  const code = "DEPTH_ZERO_SELF_SIGNED_CERT";
  const advice =
    "self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca";
  expect(describeSocketError(systemError(code, advice), url)).toEqual({
    kind: "tls",
    message: `${code}: self-signed certificate`,
    url,
  });
});

test("what no parser of HTTP can read", () => {
  const error = systemError("HPE_INVALID_CONSTANT", "Parse Error: Expected HTTP/, RTSP/ or ICE/");
  const message = "what came is no HTTP (HPE_INVALID_CONSTANT)";
  expect(describeSocketError(error, url)).toEqual({ kind: "disconnected", message, url });
});

test.each([
  ["the first of several addresses", ["ENETUNREACH", "ETIMEDOUT"], "unreachable", "ENETUNREACH"],
  ["a refusal before all else", ["EADDRNOTAVAIL", "ECONNREFUSED"], "connection_refused", "ECONNREFUSED"],
])("of a name with two addresses, %s", (_, codes, kind, said) => {
  const error = new AggregateError(codes.map((code) => systemError(code)));
  expect(describeSocketError(error, url)).toEqual({ kind, message: `${said}: connect ${said}`, url });
});

test.each([
  ["an error without a code", new Error("odd"), "odd"],
  ["something that is no error", "odd", "odd"],
])("%s", (_, error, message) => {
  expect(describeSocketError(error, url)).toEqual({ kind: "disconnected", message, url });
});
