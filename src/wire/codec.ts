import { encodeChatBody } from "./chat/encode.ts";
import type { Dialect } from "./dialects/dialect.ts";
import type { ModelRequest } from "./model-request.ts";
import type { DecoderOptions, ResponseDecoder } from "./response-decoder.ts";

/** One of the two APIs: where it is asked, how a request is written, how an answer is read. */
export interface Codec {
  /** Put after the base URL. */
  readonly path: string;
  readonly encode: (request: ModelRequest, dialect: Dialect) => string;
  /** Loads the decoder, which nobody needs before the request has left. */
  readonly loadDecoder: () => Promise<(options: DecoderOptions) => ResponseDecoder>;
}

export type WireApi = "chat" | "responses";

export async function codecFor(api: WireApi): Promise<Codec> {
  return api === "chat" ? CHAT : responses();
}

const CHAT: Codec = {
  path: "/chat/completions",
  encode: encodeChatBody,
  loadDecoder: async () => (await import("./chat/decode.ts")).createChatDecoder,
};

/** Most servers are never asked in it: not even its encoder is loaded for them. */
async function responses(): Promise<Codec> {
  const { encodeResponsesBody } = await import("./responses/encode.ts");
  return {
    path: "/responses",
    encode: encodeResponsesBody,
    loadDecoder: async () => (await import("./responses/decode.ts")).createResponsesDecoder,
  };
}
