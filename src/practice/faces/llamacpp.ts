import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorBody } from "../error-body.ts";
import { BYTES_PER_TOKEN } from "../tokens.ts";
import { LONGEST, list, ok, type Question, stringOf, type Told, VERSION, type World } from "./face.ts";

const LOADING: Told & { body: unknown } = {
  status: 503,
  body: errorBody(503, "unavailable_error", "Loading model"),
};

export function asLlamaCpp(question: Question, world: World): Told | Promise<Told> {
  const { name } = question;
  const { store } = world;
  const { main } = store;
  if (store.state(main).type !== "loaded") {
    return LOADING;
  }
  switch (name) {
    case "GET /health":
      return ok({ status: "ok" });
    case "GET /v1/models":
      return list([
        { id: main.name, owned_by: "llamacpp", meta: { n_ctx: main.window, n_ctx_train: LONGEST } },
      ]);
    case "GET /props":
      return ok({
        default_generation_settings: {
          id: 0,
          id_task: -1,
          n_ctx: main.window,
          speculative: false,
          params: {},
        },
        total_slots: store.slotCount,
        model_alias: main.name,
        model_path: main.name,
        modalities: { vision: false, audio: false },
        chat_template: "",
        chat_template_caps: { supports_tools: true, supports_tool_calls: true, supports_system_role: true },
        build_info: VERSION,
      });
    case "GET /slots":
      return ok(
        main.slots.states().map(({ id, task }) => ({
          id,
          id_task: task ?? -1,
          n_ctx: main.window,
          speculative: false,
          is_processing: task !== null,
        })),
      );
    default: {
      const slot = /^POST \/slots\/(\d+)$/.exec(name)?.[1];
      return slot === undefined
        ? refuse(404, "not_found_error", "File Not Found")
        : actOnSlot(Number(slot), question, world);
    }
  }
}

async function actOnSlot(slot: number, { query, json }: Question, world: World): Promise<Told> {
  const { slots } = world.store.main;
  const cached = slots.cacheOf(slot);
  const action = query.get("action");
  if (cached === null) {
    return refuse(400, "invalid_request_error", "Invalid slot ID");
  }
  if (world.slotSavePath === null) {
    const message = "This server does not support slots action. Start it with `--slot-save-path`";
    return refuse(501, "not_supported_error", message);
  }
  const tokens = (bytes: Buffer) => Math.ceil(bytes.length / BYTES_PER_TOKEN);
  if (action === "erase") {
    slots.setCache(slot, Buffer.alloc(0));
    return ok({ id_slot: slot, n_erased: tokens(cached) });
  }
  const filename = stringOf(json, "filename");
  // A name, never a path: what a client sends must not choose the folder.
  if (filename === null || !/^\w[\w.-]{0,200}$/.test(filename)) {
    return refuse(400, "invalid_request_error", "Invalid filename");
  }
  const path = join(world.slotSavePath, filename);
  switch (action) {
    case "save":
      await writeFile(path, cached);
      return ok({
        id_slot: slot,
        filename,
        n_saved: tokens(cached),
        n_written: cached.length,
        timings: { save_ms: 0 },
      });
    case "restore": {
      const saved = await readFile(path).catch(() => null);
      if (saved === null) {
        const message = "Unable to restore slot, no available space in KV cache or invalid slot save file";
        return refuse(400, "invalid_request_error", message);
      }
      slots.setCache(slot, saved);
      return ok({
        id_slot: slot,
        filename,
        n_restored: tokens(saved),
        n_read: saved.length,
        timings: { restore_ms: 0 },
      });
    }
    default:
      return refuse(400, "invalid_request_error", "Invalid action");
  }
}

function refuse(status: number, type: string, message: string): Told {
  return { status, body: errorBody(status, type, message) };
}
