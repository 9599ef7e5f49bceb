import { describe, expect, test } from "vitest";
import { plainTerminalText } from "../../src/tools/terminal-text.ts";

const osc = "\x1b]8;;https://x.test\x1b\\";

describe("plainTerminalText", () => {
  test.each([
    ["plain", "a\tb\nc", "a\tb\nc"],
    ["wide characters", "你好 é 🙂", "你好 é 🙂"],
    ["colours", "\x1b[1;31mred\x1b[0m", "red"],
    ["colours with colons", "\x1b[38:2:1:2:3mx\x1b[m", "x"],
    ["private modes", "\x1b[?25lx\x1b[?25h", "x"],
    ["erase and cursor", "\x1b[2K\x1b[1Gdone", "done"],
    ["8-bit sequence", "\x9b31mred", "red"],
    ["title, ended by BEL", "\x1b]0;title\x07text", "text"],
    ["link, ended by ST", `${osc}text${osc}`, "text"],
    ["unterminated title keeps the rest", "\x1b]0;title\nnext", "0;title\nnext"],
    ["device string", "a\x1bPq#0;2\x1b\\b", "ab"],
    ["application string", "a\x1b_Gf=32;AAAA\x1b\\b", "ab"],
    ["charset", "\x1b(Bx\x1b=y", "xy"],
    ["save and restore", "\x1b7x\x1b8", "x"],
    ["lone escape at the end", "x\x1b", "x"],
    ["cut sequence at the end", "x\x1b[31", "x31"],
    ["CRLF", "a\r\nb\r\n", "a\nb\n"],
    ["doubled carriage return", "a\r\r\nb", "a\nb"],
    ["progress bar", " 10%\r 50%\r100%\nok\n", "100%\nok\n"],
    ["progress bar that ends in a return", "50%\r100%\r\nok", "100%\nok"],
    ["coloured progress", "\x1b[2K\r 1%\x1b[2K\r 2%", " 2%"],
    ["only a return", "\r", ""],
    ["overstrike of man", "N\bNA\bAME", "NAME"],
    ["backspace at the beginning", "\bx", "x"],
    ["backspace over a pair", "🙂\bx", "x"],
    ["NUL, BEL, VT, FF, DEL", "a\0b\x07c\x0bd\x0ce\x7f", "abcde"],
    ["C1", "a\x85b\x9cc", "abc"],
  ])("%s", (_name, text, expected) => {
    expect(plainTerminalText(text)).toBe(expected);
  });

  test.each(["\x9d", "\x90", "\r", "\b", "\x1b]", "\x1b[", "\x1b[0", "\x1bP", "\x9b1;"])(
    "a megabyte of %j ends in reasonable time",
    (part) => expect(plainTerminalText(part.repeat(1_000_000 / part.length))).not.toMatch(/[\x00-\x1f]/),
  );

  test("no control character is left of any", () => {
    const all = Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code));
    const text = all.flatMap((a) => all.map((b) => `\x1b${a}${b}`)).join("");
    expect(plainTerminalText(text)).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
  });
});
