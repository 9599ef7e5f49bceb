import { sleep } from "../../net/index.ts";
import { ask } from "../ask.ts";
import { entries, type Fields, fields } from "../fields.ts";
import type { ControlAccess, ControlEnd, ModelControl } from "./control.ts";
import { readEnd } from "./control-end.ts";

/** The router answers at once, and starts or ends the server of that model afterwards. */
export const llamacppRouterControl: ModelControl = {
  async load({ id, state }, access) {
    if (state === "loading") {
      return await untilStatus(id, "loaded", access);
    }
    const asked = await ask(access.address, { route: "/models/load", json: { model: id } }, access);
    const begun = readEnd(asked, isDone);
    return begun.type === "done" ? await untilStatus(id, "loaded", access) : begun;
  },

  async unload({ id }, access) {
    const asked = await ask(access.address, { route: "/models/unload", json: { model: id } }, access);
    const begun = readEnd(asked, isDone);
    return begun.type === "done" ? await untilStatus(id, "unloaded", access) : begun;
  },
};

function isDone({ success }: Fields): ControlEnd {
  return success === false ? { type: "refused", message: "it did not succeed" } : { type: "done" };
}

const POLL_MS = 250;

async function untilStatus(
  id: string,
  wanted: "loaded" | "unloaded",
  access: ControlAccess,
): Promise<ControlEnd> {
  for (;;) {
    const asked = await ask(access.address, { route: "models" }, access);
    let status: Fields = {};
    const end = readEnd(asked, (body) => {
      const listed = entries(body["data"]).find((model) => model["id"] === id);
      status = fields(listed?.["status"]);
      return listed === undefined ? { type: "refused", message: "it is no longer listed" } : { type: "done" };
    });
    if (end.type !== "done" || status["value"] === wanted) {
      return end;
    }
    if (status["failed"] === true) {
      const code = typeof status["exit_code"] === "number" ? ` with exit code ${status["exit_code"]}` : "";
      return { type: "refused", message: `its process ended${code}` };
    }
    await sleep(POLL_MS, access.signal);
  }
}
