import { expect, test } from "vitest";
import { type ContextFacts, initialContext } from "../../src/agent/index.ts";

const facts: ContextFacts = {
  cwd: "/work/it",
  approvalPolicy: "never",
  sandboxPolicy: { mode: "read-only" },
  extraWritableRoots: [],
  shell: "/usr/bin/zsh",
  userInstructions: undefined,
};

test.each<[string, Partial<ContextFacts>, string[]]>([
  [
    "read-only",
    {},
    [
      "<environment_context>",
      "  <cwd>/work/it</cwd>",
      "  <approval_policy>never</approval_policy>",
      "  <sandbox_mode>read-only</sandbox_mode>",
      "  <network_access>restricted</network_access>",
      "  <shell>zsh</shell>",
      "</environment_context>",
    ],
  ],
  [
    "workspace-write with network and roots",
    {
      approvalPolicy: "on-request",
      sandboxPolicy: {
        mode: "workspace-write",
        writableRoots: ["/work/it", "/tmp", "/a", "/b"],
        networkAccess: true,
      },
      extraWritableRoots: ["/a", "/b"],
      shell: "/bin/bash",
    },
    [
      "<environment_context>",
      "  <cwd>/work/it</cwd>",
      "  <approval_policy>on-request</approval_policy>",
      "  <sandbox_mode>workspace-write</sandbox_mode>",
      "  <network_access>enabled</network_access>",
      "  <writable_roots>",
      "    <root>/a</root>",
      "    <root>/b</root>",
      "  </writable_roots>",
      "  <shell>bash</shell>",
      "</environment_context>",
    ],
  ],
  [
    "full access, a shell that says nothing to a model",
    { sandboxPolicy: { mode: "danger-full-access" }, extraWritableRoots: ["/a"], shell: "/usr/bin/fish" },
    [
      "<environment_context>",
      "  <cwd>/work/it</cwd>",
      "  <approval_policy>never</approval_policy>",
      "  <sandbox_mode>danger-full-access</sandbox_mode>",
      "  <network_access>enabled</network_access>",
      "</environment_context>",
    ],
  ],
])("the environment: %s", (_, difference, lines) => {
  expect(initialContext({ ...facts, ...difference })).toEqual([
    { type: "message", role: "user", content: [{ type: "input_text", text: lines.join("\n") }] },
  ]);
});

test("the user's instructions are a message of their own, before it", () => {
  const [first, second, ...rest] = initialContext({
    ...facts,
    userInstructions: "Be kind.\n",
    shell: undefined,
  });
  expect(first).toEqual({
    type: "message",
    role: "user",
    content: [{ type: "input_text", text: "<user_instructions>\n\nBe kind.\n\n\n</user_instructions>" }],
  });
  expect(second?.content).toEqual([
    {
      type: "input_text",
      text: expect.stringMatching(/^<environment_context>\n.*<\/environment_context>$/s),
    },
  ]);
  expect(rest).toEqual([]);
});
