/** Something the sandbox kept a command from, as far as it can be told with certainty. */
export type SandboxDenial =
  | { readonly kind: "write"; readonly path: string }
  | { readonly kind: "read"; readonly path: string }
  /** `target`: a host or address, where the command named one. */
  | { readonly kind: "network"; readonly target?: string };
