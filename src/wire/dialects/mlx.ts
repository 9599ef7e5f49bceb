import type { NamedQuirks } from "./dialect.ts";

/** MLX-LM hands `chat_template_kwargs` to the template and knows no other switch (mlx_lm/server.py). */
export const mlx: NamedQuirks = {
  name: "mlx",
  emptyContent: "empty-string",
  effort: ["chat_template_kwargs"],
};
