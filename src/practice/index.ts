/**
 * The practice model: a scripted model behind a real Chat Completions server on loopback. It lets a new user try
 * everything without a model, drives `leat demo`, and serves the e2e tests with every fault they need.
 */

export type { ServerFace } from "./faces/index.ts";
export { parseScript } from "./parse-script.ts";
export type { Replay } from "./replay.ts";
export { startReplayServer } from "./replay.ts";
export type { Pace, RawReply, Reply, Script } from "./script.ts";
export type { PracticeServer } from "./server.ts";
export { startPracticeServer } from "./server.ts";
