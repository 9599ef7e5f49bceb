import type { TextCallFormat } from "./format.ts";
import { functionTag, seedOss } from "./function-tag.ts";
import { gemmaFormats } from "./gemma.ts";
import { harmonyCall } from "./harmony-call.ts";
import { hermes } from "./hermes.ts";
import { bareInvoke, dsml, functionCalls, minicpm, minimax, step3 } from "./invoke.ts";
import { jsonFormats, mistral } from "./json-calls.ts";
import { minimaxM3 } from "./minimax-m3.ts";
import { pythonFormats } from "./python-formats.ts";
import { tokenFormats } from "./token-calls.ts";
import { toolCallsTag } from "./tool-calls-tag.ts";

/** Every format that begins with a marker; those without one are in whole-message.ts. */
export const FORMATS: readonly TextCallFormat[] = [
  hermes,
  functionTag,
  seedOss,
  mistral,
  ...tokenFormats,
  minimax,
  minimaxM3,
  bareInvoke,
  functionCalls,
  dsml,
  step3,
  minicpm,
  ...pythonFormats,
  toolCallsTag,
  ...gemmaFormats,
  ...jsonFormats,
  harmonyCall,
];
