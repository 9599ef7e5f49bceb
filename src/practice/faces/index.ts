/** What a known server tells of itself, in front of the same chat route: `leat practice --as ollama`. */
import { errorBody } from "../error-body.ts";
import { list, ok, type Question, type ServerFace, type Told, type World } from "./face.ts";
import { asLlamaCpp } from "./llamacpp.ts";
import { asLmStudio } from "./lmstudio.ts";
import { asOllama } from "./ollama.ts";
import { asVllm } from "./vllm.ts";

export { CUT, type ServerFace, type Told, type World } from "./face.ts";

/** The header `server`, where the real one sends one. */
export function softwareOf(face: ServerFace | null): string | undefined {
  switch (face) {
    case "llamacpp":
      return "llama.cpp";
    case "vllm":
      return "uvicorn";
    case "ollama":
    case "lmstudio":
    case null:
      return undefined;
    default:
      return face satisfies never;
  }
}

/** The answer to any route but that of the chat. Null: as itself. */
export function tellAs(face: ServerFace | null, question: Question, world: World): Told | Promise<Told> {
  switch (face) {
    case "ollama":
      return asOllama(question, world);
    case "lmstudio":
      return asLmStudio(question, world);
    case "llamacpp":
      return asLlamaCpp(question, world);
    case "vllm":
      return asVllm(question, world);
    case null:
      return asItself(question, world);
    default:
      return face satisfies never;
  }
}

function asItself({ name }: Question, { store }: World): Told {
  switch (name) {
    case "GET /v1/models":
      return list([{ id: store.main.name, owned_by: "leat practice" }]);
    case "GET /health":
      return ok({ status: "ok" });
    default:
      return { status: 404, body: errorBody(404, "not_found_error", `leat practice has no ${name}`) };
  }
}
