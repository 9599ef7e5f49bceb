import { describe, expect, test } from "vitest";
import { canonicalHost, isAllowedHost, isLoopback } from "../../src/net/hosts.ts";

describe("loopback, by the name as a URL gives it", () => {
  test.each([
    ["localhost", true],
    ["LOCALHOST", true],
    ["box.localhost", true],
    ["127.0.0.1", true],
    ["127.1.2.3", true],
    ["127.1", true],
    ["[::1]", true],
    ["[::ffff:127.0.0.1]", true],
    ["[::ffff:127.9.8.7]", true],
    ["127.0.0.1.evil.com", false],
    ["localhost.evil.com", false],
    ["notlocalhost", false],
    ["128.0.0.1", false],
    ["10.0.0.127", false],
    ["[::2]", false],
    ["[::ffff:128.0.0.1]", false],
    ["[::1:7f00:1]", false],
    ["example.org", false],
    ["localhost.", true],
    ["localhost..", false],
    ["127.0.0.1.", true],
    ["2130706433", true],
    ["0x7f.1", true],
    ["%6c%6fcalhost", true],
    ["ｌｏｃａｌｈｏｓｔ", true],
    ["lоcalhost", false],
    ["localhost@example.org", false],
    ["localhost:1@example.org", false],
    ["0.0.0.0", false],
    ["[::]", false],
    ["[::7f00:1]", false],
    ["[fe80::1]", false],
    ["[::ffff:0:7f00:1]", false],
  ])("%s: %s", (host, expected) => {
    expect(isLoopback(new URL(`http://${host}:1234/v1`).hostname)).toBe(expected);
  });

  test.each([["::1"], ["::ffff:127.0.0.1"], ["::FFFF:127.0.0.1"]])("%s without brackets", (name) => {
    expect(isLoopback(name)).toBe(true);
  });
});

test.each([
  ["localhost", [], true],
  ["api.example.org", ["api.example.org"], true],
  ["API.Example.ORG", ["api.example.org"], true],
  ["example.org", ["api.example.org"], false],
  ["evil.api.example.org", ["api.example.org"], false],
  ["api.example.org.evil.com", ["api.example.org"], false],
  ["169.254.169.254", ["api.example.org"], false],
])("%s with %j configured is allowed: %s", (host, configured, expected) => {
  expect(isAllowedHost(host, new Set(configured))).toBe(expected);
});

test.each([
  ["http://api.example.org./v1", ["api.example.org"], true],
  ["http://api.example.org/v1", ["api.example.org."], true],
  ["http://api.example.org@evil.com/v1", ["api.example.org"], false],
  ["http://evil.com\\@api.example.org/v1", ["api.example.org"], false],
  ["http://bücher.example/v1", ["xn--bcher-kva.example"], true],
  ["http://büçher.example/v1", ["xn--bcher-kva.example"], false],
  ["http://[2001:db8::7]/v1", ["[2001:db8::7]"], true],
  ["http://[2001:db8:0:0::7]/v1", ["[2001:db8::7]"], true],
  ["http://[2001:db8::8]/v1", ["[2001:db8::7]"], false],
  ["http://[::ffff:10.0.0.7]/v1", ["10.0.0.7"], false],
])("the host of %s, with %j configured, is allowed: %s", (url, configured, expected) => {
  const known = new Set(configured.map(canonicalHost));
  expect(isAllowedHost(new URL(url).hostname, known)).toBe(expected);
});
