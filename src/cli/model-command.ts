/** The words of the commands about one model: `leat models pull`, `load` and `unload`. */
import type { ModelControl, ServerAddress, ServerIdentity } from "../servers/index.ts";

export interface ModelCommandOptions {
  readonly name: string;
  readonly overrides: readonly string[];
  readonly profile?: string;
  readonly provider?: string;
}

export type ModelDeed = keyof ModelControl;

export interface ChosenServer {
  readonly address: ServerAddress;
  readonly server: ServerIdentity;
  /** `Ollama (localhost:11434)` */
  readonly place: string;
}
