/** UUID version 7 (RFC 9562 §5.7): sorts by time, as Codex names its sessions. */
export function createSessionId(nowMs: number): string {
  const bytes = Buffer.alloc(16);
  // Distinct is enough, secret it need not be: loading a cryptographic source would delay the first request.
  for (let index = 0; index < 16; index += 4) {
    bytes.writeUInt32BE(Math.floor(Math.random() * 2 ** 32), index);
  }
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
