import type { Config } from "../../config/index.ts";
import type { WireApi } from "../../wire/index.ts";
import type { Io } from "../io.ts";
import { safeJson } from "../safe-json.ts";
import { type Piece, shellWord } from "./shell-word.ts";

const PATHS: Readonly<Record<WireApi, string>> = { chat: "/chat/completions", responses: "/responses" };

/** The same question without leat. Every value that may be a key stands there as the variable that holds it, or is to hold it. */
export function curlLine(
  { provider, model }: Config,
  { api, env }: { readonly api: WireApi; readonly env: Io["env"] },
): string {
  const url = new URL(provider.baseUrl);
  const query = [...new Set([...url.searchParams.keys(), ...Object.keys(provider.queryParams)])];
  const address = shellWord(
    `${url.origin}${url.pathname.replace(/\/+$/, "")}${PATHS[api]}`,
    ...query.flatMap((name, index): Piece[] => [
      `${index === 0 ? "?" : "&"}${encodeURIComponent(name)}=`,
      { variable: variableName(name) },
    ]),
  );
  const hasUser = url.username !== "" || url.password !== "";
  const headers: Piece[][] = [
    ["content-type: application/json"],
    ...keyHeader(provider),
    ...Object.keys(provider.httpHeaders).map((name): Piece[] => [
      `${name}: `,
      { variable: variableName(name) },
    ]),
    // A variable that is not set sends no header.
    ...Object.entries(provider.envHttpHeaders)
      .filter(([, variable]) => (env[variable]?.trim() ?? "") !== "")
      .map(([name, variable]): Piece[] => [
        `${name}: `,
        { variable: isVariable(variable) ? variable : variableName(name) },
      ]),
  ];
  const prompt = "Say hello.";
  const body =
    api === "chat"
      ? { model, messages: [{ role: "user", content: prompt }], stream: true }
      : { model, input: prompt, stream: true };
  return [
    `curl -sN ${address}`,
    ...(hasUser ? [`-u ${shellWord({ variable: "SERVER_USER" })}`] : []),
    ...headers.map((header) => `-H ${shellWord(...header)}`),
    `-d ${shellWord(safeJson(body))}`,
  ].join(" ");
}

function keyHeader({ envKey, bearerToken }: Config["provider"]): Piece[][] {
  const hasKey = bearerToken !== undefined || envKey !== undefined;
  const variable =
    bearerToken === undefined && envKey !== undefined && isVariable(envKey) ? envKey : "API_KEY";
  return hasKey ? [["authorization: Bearer ", { variable }]] : [];
}

function isVariable(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}

/** `api-version` → `API_VERSION`. */
function variableName(name: string): string {
  const plain = name.toUpperCase().replace(/\W/g, "_");
  return /^\d|^$/.test(plain) ? `VALUE_${plain}` : plain;
}
