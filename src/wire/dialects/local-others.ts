import type { NamedQuirks } from "./dialect.ts";

/** TabbyAPI: `reasoning_effort` and the variables of the template (chat_completion.py). */
export const tabbyapi: NamedQuirks = {
  name: "tabbyapi",
  effort: ["reasoning_effort", "chat_template_kwargs"],
};

/** KoboldCpp builds the prompt itself and joins strings: null content would be read as text. */
export const koboldcpp: NamedQuirks = { name: "koboldcpp", emptyContent: "empty-string" };

/** A gateway: what is behind it shows itself by what it refuses. */
export const litellm: NamedQuirks = { name: "litellm" };

export const localai: NamedQuirks = { name: "localai", emptyContent: "empty-string" };
