import { expect, test } from "vitest";
import { isPassing, pullRefusal } from "../../../src/servers/control/pull-refusal.ts";

/** Sentences of real servers. */
test.each<[message: string, status: number | undefined, reason: string, passing: boolean]>([
  [
    "write /usr/share/ollama/.ollama/models/blobs/sha256-4c27e0f5b5ad-partial: no space left on device",
    undefined,
    "disk-full",
    false,
  ],
  [
    "write C:\\models\\blobs\\sha256-00e1: There is not enough space on the disk.",
    undefined,
    "disk-full",
    false,
  ],
  ["open /models/blobs/sha256-1-partial: permission denied", undefined, "disk-not-writable", false],
  ["mkdir /models/blobs: read-only file system", 500, "disk-not-writable", false],
  ["pull model manifest: file does not exist", undefined, "no-such-model", false],
  ["pull model manifest: file does not exist", 500, "no-such-model", false],
  ["invalid model name", 400, "bad-name", false],
  [
    "pull model manifest: 412: \n\nThe model you are attempting to pull requires a newer version of Ollama.\n\nPlease download the latest version at:\n\n\thttps://ollama.com/download\n\n",
    undefined,
    "server-too-old",
    false,
  ],
  [
    'pull model manifest: Get "https://registry.ollama.ai/v2/library/qwen3/manifests/8b": dial tcp: lookup registry.ollama.ai: no such host',
    undefined,
    "registry-unreachable",
    false,
  ],
  [
    'pull model manifest: Get "https://registry.ollama.ai/v2/library/gpt-oss/manifests/20b": dial tcp: lookup registry.ollama.ai on 127.0.0.53:53: server misbehaving',
    undefined,
    "registry-unreachable",
    false,
  ],
  [
    'pull model manifest: Get "https://registry.ollama.ai/v2/": proxyconnect tcp: dial tcp 127.0.0.1:9: connect: connection refused',
    undefined,
    "registry-unreachable",
    false,
  ],
  [
    'max retries exceeded: Get "https://dd20.r2.cloudflarestorage.com/ollama/docker/registry/v2/blobs/sha256/14/1436": dial tcp: i/o timeout',
    undefined,
    "download-broke",
    true,
  ],
  ["max retries exceeded: unexpected EOF", undefined, "download-broke", true],
  ["EOF", undefined, "download-broke", true],
  ["read tcp 10.0.0.2:4->1.1.1.1:443: read: connection reset by peer", undefined, "download-broke", true],
  [
    "digest mismatch, file must be downloaded again: want sha256:1, got sha256:2",
    undefined,
    "damaged",
    false,
  ],
  ['pull model manifest: Get "https://registry.ollama.ai/v2/a/b": Forbidden', undefined, "denied", false],
  ["Unexpected endpoint or method. (POST /api/v1/models/download)", 200, "no-route", false],
  ["HTTP 401", 401, "wants-key", false],
  ["HTTP 404", 404, "no-such-model", false],
  ["HTTP 503", 503, "other", true],
  ["boom", 500, "other", false],
])("%s", (message, status, reason, passing) => {
  const refusal = pullRefusal(message, status);
  expect([refusal, isPassing(refusal)]).toEqual([
    { reason, message, ...(status === undefined ? {} : { status }) },
    passing,
  ]);
});
