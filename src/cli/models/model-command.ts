/** The words of the commands about one model: `leat models pull`, `load` and `unload`. */
import type { Config } from "../../config/index.ts";
import type { ModelControl, ServerAddress, ServerIdentity } from "../../servers/index.ts";
import type { Endpoint } from "../../wire/index.ts";
import type { Meeting, TargetOptions } from "../server-targets.ts";

export interface ModelCommandOptions extends TargetOptions {
  /** Of the model, as typed. */
  readonly name: string;
}

export type ModelDeed = keyof ModelControl;

export interface ChosenServer {
  readonly address: ServerAddress;
  readonly server: ServerIdentity;
  /** `Ollama (localhost:11434)` */
  readonly place: string;
}

/** One address that was asked who is there, with every provider that names it. */
export interface MetServer {
  readonly config: Config;
  readonly ids: readonly string[];
  readonly isInForce: boolean;
  readonly endpoint: Endpoint | undefined;
  readonly found: Meeting["found"];
}
