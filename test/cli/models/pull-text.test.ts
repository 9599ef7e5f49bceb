import { expect, test } from "vitest";
import { explainPullFailure, type FailedPull } from "../../../src/cli/models/pull-text.ts";
import { pullRefusal } from "../../../src/servers/control/pull-refusal.ts";

const PULL: FailedPull = {
  address: { baseUrl: "http://localhost:11434/v1", queryParams: {}, headers: {} },
  kind: "ollama",
  name: "qwen3:8b",
  command: "leat models pull qwen3:8b",
};

const OLLAMA_NAMES =
  "Names are as on https://ollama.com/library, <model>:<size>, or hf.co/<user>/<repository>:<quantization>.";

test.each<
  [said: string, difference: Partial<FailedPull> & { status?: number }, message: string, hint: string]
>([
  [
    "write /m/blobs/sha256-1-partial-0: no space left on device",
    {},
    "the disk is full. Ollama says: write /m/blobs/sha256-1-partial-0: no space left on device",
    "Make room (ollama rm <model> removes one; or start Ollama with OLLAMA_MODELS=<folder on a larger disk>), then go on with: leat models pull qwen3:8b",
  ],
  [
    "ENOSPC: no space left on device, write",
    { kind: "lmstudio" },
    "the disk is full. LM Studio says: ENOSPC: no space left on device, write",
    "Make room (My Models in LM Studio), then go on with: leat models pull qwen3:8b",
  ],
  [
    "open /m/blobs/x: permission denied",
    {},
    "Ollama can't write the model. Ollama says: open /m/blobs/x: permission denied",
    "Give the user it runs as the right to that folder, then go on with: leat models pull qwen3:8b",
  ],
  [
    "pull model manifest: file does not exist",
    { name: "gpt-os:20b" },
    "there is no model gpt-os:20b to pull. Ollama says: pull model manifest: file does not exist",
    `Did you mean gpt-oss:20b? ${OLLAMA_NAMES}`,
  ],
  [
    "pull model manifest: file does not exist",
    { name: "my-own-modle", known: ["my-own-model"] },
    "there is no model my-own-modle to pull. Ollama says: pull model manifest: file does not exist",
    `Did you mean my-own-model? ${OLLAMA_NAMES}`,
  ],
  [
    "Model 'zzz' not found",
    { kind: "lmstudio", name: "zzz", status: 404 },
    "there is no model zzz to pull. LM Studio says (HTTP 404): Model 'zzz' not found",
    "Names are as on https://lmstudio.ai/models, <maker>/<model>, or the https:// address of a GGUF or MLX repository at huggingface.co.",
  ],
  [
    "invalid model name",
    { name: "a//b", status: 400 },
    "a//b is no name of a model. Ollama says (HTTP 400): invalid model name",
    OLLAMA_NAMES,
  ],
  [
    "pull model manifest: 412: \n\nThe model you are attempting to pull requires a newer version of Ollama.",
    {},
    "this Ollama is too old for qwen3:8b. Ollama says: pull model manifest: 412:   The model you are attempting to pull requires a newer version of Ollama.",
    "Update it (https://ollama.com/download), then: leat models pull qwen3:8b",
  ],
  [
    'pull model manifest: Get "https://registry.ollama.ai/v2/x": dial tcp: lookup registry.ollama.ai: no such host',
    {},
    'Ollama can\'t reach the library of models. Ollama says: pull model manifest: Get "https://registry.ollama.ai/v2/x": dial tcp: lookup registry.ollama.ai: no such host',
    "Check the network, and HTTPS_PROXY of the server if there is a proxy; then go on with: leat models pull qwen3:8b",
  ],
  [
    "max retries exceeded: unexpected EOF",
    { address: { ...PULL.address, baseUrl: "http://gpu-box:11434/v1" } },
    "the download broke off. Ollama says: max retries exceeded: unexpected EOF",
    "What has arrived is kept. Check the network of gpu-box, then go on with: leat models pull qwen3:8b",
  ],
  [
    "Unexpected endpoint or method. (POST /api/v1/models/download)",
    { kind: "lmstudio", name: "a/b", status: 200 },
    "this LM Studio downloads nothing when asked over HTTP (0.4 and newer do).",
    "Update it, or: lms get a/b",
  ],
  [
    "HTTP 401",
    { status: 401 },
    "Ollama says (HTTP 401): HTTP 401",
    "The server wants a key: name its variable as env_key of the provider.",
  ],
  [
    "boom \u001b]0;owned\u0007",
    { status: 500 },
    "Ollama says (HTTP 500): boom ^[]0;owned^G",
    "Look at the server's log, then try again: leat models pull qwen3:8b",
  ],
])("%s", (said, { status, ...difference }, message, hint) => {
  const failure = { type: "refused", refusal: pullRefusal(said, status) } as const;
  expect(explainPullFailure(failure, { ...PULL, ...difference })).toEqual({ message, hint });
});

test.each([
  [
    { kind: "connection_refused", message: "ECONNREFUSED", url: "http://localhost:11434/api/pull" } as const,
    "nothing listens at localhost:11434.",
    "Start Ollama (ollama serve), then go on with: leat models pull qwen3:8b",
  ],
  [
    { kind: "disconnected", message: "ECONNRESET: aborted" } as const,
    "the connection to the server broke.",
    "Look at the server's log, then go on with: leat models pull qwen3:8b",
  ],
  [
    { kind: "incomplete", message: "the stream ended without success" } as const,
    "the pull broke off: the stream ended without success.",
    "Look at the server's log, then go on with: leat models pull qwen3:8b",
  ],
])("$kind", (error, message, hint) => {
  expect(explainPullFailure({ type: "broken", error }, PULL)).toEqual({ message, hint });
});
