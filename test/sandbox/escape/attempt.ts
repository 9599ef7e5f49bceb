/** One way to try to get out of the sandbox, and what would show that it worked. */
export interface Attempt {
  readonly name: string;
  /** For bash, in the project; `W` is the world around it, see `world.ts` for what is there. */
  readonly script: string;
  /** Looked for from the outside, once the command is over. */
  readonly breach: Breach;
  /**
   * The same script without a sandbox shows that it can work at all. Where that would harm the machine or needs rights
   * an ordinary user does not have, the reason.
   */
  readonly unconfined: "works" | { readonly notTried: string };
  /** Everything is open to root from the start. */
  readonly only?: "ordinary user";
}

export type Breach =
  | { readonly type: "file-there"; readonly path: string }
  | { readonly type: "file-gone"; readonly path: string }
  | { readonly type: "file-changed"; readonly path: string }
  | { readonly type: "secret-printed"; readonly secret: SecretName }
  /** One of the services outside got a message with the name of the attempt. */
  | { readonly type: "service-heard" }
  | { readonly type: "process-gone"; readonly process: "victim" }
  | { readonly type: "process-left" }
  /** Only the inside can tell. */
  | { readonly type: "script-succeeds" };

export type SecretName =
  | "ssh"
  | "cloud"
  | "netrc"
  | "npm"
  | "auth"
  | "config"
  | "browser"
  | "process"
  | "environment"
  | "shared-memory"
  | "linked";

export const thereIs = (path: string): Breach => ({ type: "file-there", path });
export const gone = (path: string): Breach => ({ type: "file-gone", path });
export const changed = (path: string): Breach => ({ type: "file-changed", path });
export const printed = (secret: SecretName): Breach => ({ type: "secret-printed", secret });
export const heard: Breach = { type: "service-heard" };
export const succeeds: Breach = { type: "script-succeeds" };

export const needsRoot = { notTried: "takes root's rights" } as const;
export const harmful = { notTried: "would harm the machine" } as const;
