// What the tests see of the layer check: the scripts are plain JavaScript, so that they run on Node 20 without a build.

interface Law {
  readonly mayImport: Record<string, "anything" | string[]>;
  readonly withoutPackages: string[];
  readonly withoutNode: string[];
  readonly typesOnly: string[];
  readonly forbiddenFolders: string[];
  readonly limits: { errorLines: number; warnLines: number; exportedValues: number };
  readonly exceptions: { file: string; rule: string; reason: string }[];
}

interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly text: string;
  readonly level: "error" | "warning";
}

export const LAW: Law;

export function checkTree(tree: {
  readonly files: ReadonlyMap<string, string>;
  readonly packages: string[];
  readonly law: Law;
}): { readonly findings: Finding[]; readonly lineCounts: number[] };
