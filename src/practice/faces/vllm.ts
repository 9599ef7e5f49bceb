import { list, ok, type Question, type Told, VERSION, type World } from "./face.ts";

export function asVllm({ name }: Question, { store }: World): Told {
  switch (name) {
    case "GET /health":
      return { status: 200, body: "" };
    case "GET /version":
      return ok({ version: VERSION });
    case "GET /v1/models": {
      const { name: model, window } = store.main;
      return list([{ id: model, owned_by: "vllm", root: model, parent: null, max_model_len: window }]);
    }
    default:
      return { status: 404, body: { detail: "Not Found" } };
  }
}
