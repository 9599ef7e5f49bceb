import { expect, test } from "vitest";
import { nearest } from "../../src/config/nearest.ts";

const NAMES = ["cloud", "local-oss", "model", "model_provider", "oss", "sandbox_mode"];

test.each([
  ["modle", "model"],
  ["Model", "model"],
  ["sandbox-mode", "sandbox_mode"],
  ["lokal", "local-oss"],
  ["local", "local-oss"],
  ["model_providers", "model_provider"],
  ["os", "oss"],
  ["web", undefined],
  ["x", undefined],
  ["", undefined],
  ["temperature", undefined],
  ["model".repeat(100_000), undefined],
])("%.20s: %s", (name, expected) => {
  expect(nearest(name, NAMES)).toBe(expected);
});
