import type { Config } from "../config/index.ts";
import type { LeatError, ModelError } from "../protocol/index.ts";
import type { Identification } from "../servers/index.ts";
import { explain } from "./explain.ts";
import { explainContext } from "./explain-context.ts";

type Absence =
  | Exclude<Identification, { type: "identified" }>
  | { readonly type: "not-asked"; readonly error: LeatError };

/** Why nothing is known of a server, and what to do, in one line. */
export function explainAbsence(found: Absence, config: Config): string {
  const context = explainContext(config);
  const { host } = new URL(config.provider.baseUrl);
  const inLine = (error: LeatError) => {
    // The address that was asked may hold keys in its query; the context has it without.
    const { message, hint } = explain("url" in error ? withoutUrl(error) : error, context);
    return hint === undefined ? message : `${message} ${hint}`;
  };
  switch (found.type) {
    case "unreachable":
      return found.error.kind === "connection_refused"
        ? `nothing listens at ${host}. ${explain(found.error, context).hint ?? ""}`.trimEnd()
        : inLine(found.error);
    case "refused":
      return inLine({
        kind: "auth",
        message: "no list of models without a key.",
        status: found.status,
      });
    case "not-asked":
      return inLine(found.error);
    case "silent":
      return `${host} does not answer. The server may be busy or hang: look at its log.`;
    case "foreign":
      return `what answers at ${host} has no list of models (HTTP ${found.status}). Check base_url; it usually ends in /v1.`;
    default:
      return found satisfies never;
  }
}

function withoutUrl(error: ModelError): ModelError {
  const { url: _, ...rest } = error;
  return rest;
}
