import type { Dialect, EffortParameter } from "../dialects/dialect.ts";

/** Nothing at all unless the user configured it: the server's own settings count. */
export function encodeEffort(effort: string | undefined, parameters: Dialect["effort"]): object {
  if (effort === undefined) {
    return {};
  }
  return Object.fromEntries(parameters.map((parameter) => [parameter, settingOf(parameter, effort)]));
}

/** `none` switches thinking off where there is a switch; every other effort switches it on. */
function settingOf(parameter: EffortParameter, effort: string): unknown {
  const thinks = effort !== "none";
  switch (parameter) {
    case "reasoning_effort":
      return effort;
    case "chat_template_kwargs":
      return { enable_thinking: thinks, reasoning_effort: effort };
    case "reasoning":
      return { effort };
    case "thinking":
      return { type: thinks ? "enabled" : "disabled" };
    case "enable_thinking":
      return thinks;
    default:
      return parameter satisfies never;
  }
}
