import type { LeatError, SandboxError } from "../protocol/index.ts";
import { explainConfigError } from "./explain-config.ts";
import { explainContextFull } from "./explain-full.ts";
import { explainLoop } from "./explain-loop.ts";
import { explainModelError } from "./explain-model.ts";
import type { ExplainContext, Explanation } from "./explanation.ts";

/** The one place where the text of an error is made. */
export function explain(error: LeatError, context: ExplainContext): Explanation {
  switch (error.kind) {
    case "config":
      return explainConfigError(error);
    case "session":
      return {
        message: `the session file can't be written: ${error.reason}`,
        hint: `Nothing more was sent, since it would not be kept. Check the space and the rights of ${error.path}.`,
      };
    case "missing_key":
      return {
        message: `Missing environment variable: \`${error.variable}\`.`,
        hint: error.instructions ?? keyHint(error.variable, error.providerName),
      };
    case "sandbox":
      return explainSandbox(error);
    case "context_full":
      return explainContextFull(error);
    case "loop":
      return explainLoop(error);
    // Every other kind is one of a model server's, and that switch is exhaustive.
    default:
      return explainModelError(error, context);
  }
}

export function explainSandbox(error: SandboxError): Explanation {
  const wayOut =
    "To run commands without any protection, choose that yourself: --sandbox danger-full-access.";
  switch (error.problem) {
    case "missing":
      return {
        message:
          "commands are not run: bubblewrap (bwrap), which confines them, is not installed" +
          (error.detail === undefined ? "." : `, and nothing else can do it here: ${error.detail}.`),
        hint: `Install it: apt install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora), pacman -S bubblewrap (Arch). ${wayOut}`,
      };
    case "does_not_start":
      return {
        message: `commands are not run: the sandbox is installed but does not start${error.detail === undefined ? "." : `: ${error.detail}`}`,
        hint: /whole disk/.test(error.detail ?? "")
          ? "Work in a folder of your own rather than in /, or not as root."
          : /nesting depth|max_\*_namespaces/.test(error.detail ?? "")
            ? `Here no further sandbox can be made: leat itself runs in one, as a command of a model for instance, or user namespaces are switched off (sysctl user.max_user_namespaces). ${wayOut} Inside another sandbox, that one still holds.`
            : `Containers often forbid user namespaces (Docker: --security-opt seccomp=unconfined, with AppArmor also apparmor=unconfined); Ubuntu 24.04 needs an AppArmor profile for bwrap or kernel.apparmor_restrict_unprivileged_userns=0. ${wayOut}`,
      };
    case "unsupported_platform":
      return {
        message: "commands are not run: leat has no sandbox for this system.",
        hint: wayOut,
      };
    default:
      return error.problem satisfies never;
  }
}

/** Where a key comes from, for the hosts people use most. */
const KEY_PAGES: Readonly<Record<string, string>> = {
  OPENAI_API_KEY: "https://platform.openai.com/api-keys",
  OPENROUTER_API_KEY: "https://openrouter.ai/keys",
  MISTRAL_API_KEY: "https://console.mistral.ai/api-keys",
  GROQ_API_KEY: "https://console.groq.com/keys",
  DEEPSEEK_API_KEY: "https://platform.deepseek.com/api_keys",
  GEMINI_API_KEY: "https://aistudio.google.com/apikey",
  XAI_API_KEY: "https://console.x.ai",
};

function keyHint(variable: string, providerName: string): string {
  const page = KEY_PAGES[variable];
  const source = page === undefined ? `Get a key from ${providerName}` : `Create a key at ${page}`;
  return `${source} and export it: export ${variable}=<key>. A server that needs no key needs no env_key in its provider table.`;
}
