import type { HttpClient } from "../net/index.ts";
import type { ServerAddress } from "../servers/index.ts";
import type { Io } from "./io.ts";

export async function pullModel(
  { kind, name }: { address: ServerAddress; kind: "ollama" | "lmstudio"; name: string; http: HttpClient },
  io: Io,
): Promise<"pulled" | "failed" | "interrupted"> {
  io.stderr.write(
    `${name} can't be pulled by this version: ${kind === "ollama" ? "ollama pull" : "lms get"} ${name}\n`,
  );
  return "failed";
}
