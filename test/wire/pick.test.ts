import { expect, test } from "vitest";
import { pickDialect } from "../../src/wire/index.ts";

test.each([
  ["openai", "api.openai.com", "openai"],
  ["mine", "API.OpenAI.com", "openai"],
  ["azure", "eu.openai.azure.com", "openai"],
  ["openai", "localhost", "generic"],
  ["openai", "openai.com.evil.org", "generic"],
  ["mine", "notopenai.com", "generic"],
  ["mine", "api.groq.com", "groq"],
  ["groq", "localhost", "generic"],
  ["llamacpp", "localhost", "llama.cpp"],
  ["llamacpp", "api.openai.com", "openai"],
  ["ollama", "localhost", "generic"],
])("provider %s at %s: %s", (providerId, hostname, name) => {
  expect(pickDialect({ providerId, hostname }).name).toBe(name);
});
