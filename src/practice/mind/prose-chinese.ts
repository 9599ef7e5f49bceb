import type { Prose } from "./prose.ts";
import { excerpt } from "./quote.ts";

const WHO = "我是 leat 的练习模型，是一段脚本，不是语言模型。";
const NEXT =
  "要做真正的工作，请启动一个模型服务（LM Studio、Ollama、llama.cpp 等），并写进 config.toml 的 [model_providers]。";

export const chinese: Prose = {
  plan: ["运行测试", "找到并修复原因", "再次运行测试"],

  runTests: () => ({
    reasoning: "据说有测试失败。我还没有看过任何代码，所以先运行测试，由它指出位置。",
    text: `${WHO}我先运行测试。`,
  }),
  listFiles: () => ({
    reasoning: "测试结果没有提到本项目的文件。列出文件就能看到测试在哪里。",
    text: "我来找测试文件。",
  }),
  readTest: (path, run) => ({
    reasoning: `${failure(run)}测试文件会说明它测的是哪段代码。`,
    text: `我来读失败的测试 ${path}。`,
  }),
  readSource: (path, run) => ({
    reasoning: `${failure(run)}被测的代码在 ${path}，原因多半在那里。`,
    text: `被测的代码在 ${path}，我来读它。`,
  }),
  mend: (path) => ({
    reasoning:
      "找到了：`.sort()` 不带比较函数时按文本排序，10 会排在 2 前面。数字需要自己的比较函数，改一行就够。",
    text: `原因：${path} 里的 \`.sort()\` 把数字按文本排序。我给它加上数字的比较函数。`,
  }),
  runTestsAgain: () => ({
    reasoning: "修改已经写入。够不够，只有测试能说明。",
    text: "我再运行一次测试。",
  }),
  mended: (path, count) => ({
    reasoning: `第二次运行：${count} 个通过，没有失败。这就是我要的证据。`,
    text: `已修复，${count} 个测试全部通过。

- 原因：${path} 里的 \`.sort()\` 把数字按文本排序（10 在 2 前面），所以取到的中间值是错的。
- 修改：\`.sort((a, b) => a - b)\`，只改了一行。

${WHO}${NEXT}`,
  }),

  noShell: () => ({
    reasoning: "这件事需要能运行命令的工具，而这里没有提供。",
    text: `${WHO}这里没有提供能运行命令的工具，所以我无法运行测试，只能停下。`,
  }),
  noEditTool: (path) => ({
    reasoning: "原因很清楚，但这里没有提供修改文件的工具。",
    text: `原因是 ${path} 里的 \`.sort()\` 没有比较函数，改成 \`.sort((a, b) => a - b)\` 即可。这里没有提供修改文件的工具，所以我什么也没有改。`,
  }),
  alreadyPassing: (count) => ({
    reasoning: "没有失败的测试，也就没有要修的东西。",
    text: `我运行了 \`npm test\`：${count} 个测试全部通过。我没有看到问题，也没有改动任何东西。\n\n${WHO}`,
  }),
  unclearRun: (quoted) => ({
    reasoning: "这不是一份测试报告，看不出什么失败了，我不能猜。",
    text: `我运行了 \`npm test\`，但结果不是我能读懂的测试报告。${saw(quoted)}\n\n我没有改动任何东西。${WHO}我只会一件事：修一个带失败测试的小 Node 项目，\`leat demo\` 会准备一个。`,
  }),
  noTestFile: (quoted) => ({
    reasoning: "有测试失败，但我找不到它的文件。",
    text: `有测试失败，但我找不到它在哪个文件里。${saw(quoted)}\n\n我没有改动任何东西。${WHO}`,
  }),
  noImport: (testPath, quoted) => ({
    reasoning: "从这个测试文件找不到源文件。",
    text: `我读了 ${testPath}，但没有看到它引用本项目的文件。${saw(quoted)}\n\n我没有改动任何东西。${WHO}`,
  }),
  unknownCause: (path, quoted) => ({
    reasoning: "我只找一样东西：唯一一处不带比较函数的 `.sort()`，而这里没有。",
    text: `我读了 ${path}，但我唯一认得的错误（一处不带比较函数的 \`.sort()\`）不在里面。${saw(quoted)}\n\n我没有改动任何东西。${WHO}真正的模型会继续读下去。${NEXT}`,
  }),
  editRefused: (quoted) => ({
    reasoning: "修改没有成功。再试一次结果也一样。",
    text: `我的修改没有写入。${saw(quoted)}\n\n我停在这里。`,
  }),
  stillFailing: (path, quoted) => ({
    reasoning: "测试没有证实这次修改，我必须如实说明。",
    text: `我改了 ${path} 里的 \`.sort()\`，但之后的测试没有报告成功。${saw(quoted)}\n\n我停在这里；\`git diff\` 会显示我改了什么。${WHO}`,
  }),
  tooManySteps: (most) => ({
    reasoning: "步数超过了这件事需要的，一定有什么在重复。",
    text: `我已经走了 ${most} 步，还看不到结果，所以停下。${WHO}`,
  }),

  look: () => ({
    reasoning: "问题是这里有什么。看一眼目录就知道。",
    text: `${WHO}我看一下。`,
  }),
  sawListing: (quoted) => ({
    reasoning: "这就是我要看的。我不理解它，只能照样复述。",
    text: `${saw(quoted)}\n\n更多的我说不出来。${WHO}${NEXT}`,
  }),
  repeatPrompt: (prompt) => ({
    reasoning:
      "我不理解这个问题，我只在里面找几个词。所以我说明自己是什么，证明问题完整地到了，再说可以试什么。",
    text: `${WHO}你的问题我收到了：

> ${prompt.replace(/\n/g, "\n> ")}

可以试试：

- \`leat demo\`：一个带失败测试的小项目，由我来修复。
- “修复失败的测试”：我在这里运行测试，找我唯一认得的那个错误。
- “这里有什么？”：我列出目录。

${NEXT}`,
  }),
};

function failure(run: { name: string | null; expected: string | null; actual: string | null }): string {
  const name = run.name === null ? "有一个测试失败" : `测试“${excerpt(run.name, 80)}”失败`;
  if (run.expected === null || run.actual === null) {
    return `${name}。`;
  }
  return `${name}：期望 ${excerpt(run.expected, 40)}，得到 ${excerpt(run.actual, 40)}。`;
}

function saw(quoted: string | null): string {
  return quoted === null ? "没有任何输出。" : `我看到的是：\n\n${quoted}`;
}
