import type { TextCallFormat } from "./format.ts";
import { functionTag, seedOss } from "./function-tag.ts";
import { gemmaFormats } from "./gemma.ts";
import { hermes } from "./hermes.ts";
import { dsml, minimax } from "./invoke.ts";
import { jsonFormats, mistral } from "./json-calls.ts";
import { lfm2 } from "./pythonic.ts";
import { tokenFormats } from "./token-calls.ts";

/** Every format that begins with a marker; those without one are in whole-message.ts. */
export const FORMATS: readonly TextCallFormat[] = [
  hermes,
  functionTag,
  seedOss,
  mistral,
  ...tokenFormats,
  minimax,
  dsml,
  lfm2,
  ...gemmaFormats,
  ...jsonFormats,
];
