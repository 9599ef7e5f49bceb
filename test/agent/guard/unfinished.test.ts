import { describe, expect, test } from "vitest";
import { announcesStep } from "../../../src/agent/guard/unfinished.ts";

/** How answers end: the last sentence counts, whatever stands before it. */

describe("a step is announced", () => {
  test.each([
    // English
    "Let me check the file.",
    "Let me look at the test first:",
    "Let me first read `src/parser.ts` to understand what it does.",
    "Let me now run the tests to verify the fix.",
    "Let me take a look at the directory structure.",
    "Let me search for usages of `formatDate`.",
    "Let's run the test suite.",
    "Let’s see what is in the package.json.",
    "I'll now run the tests:",
    "I’ll start by exploring the repository.",
    "I'll fix this by adding a comparison function.",
    "I will now update the file.",
    "I will edit `src/sort.js` so that numbers are compared as numbers.",
    "I'm going to create the file now.",
    "I am going to check the logs for errors...",
    "I need to look at the configuration.",
    "Now I need to look at the other callers.",
    "Next, I will implement the parser.",
    "Next, I'll check the tests.",
    "First, let me list the files.",
    "Okay, let me open the file and see what is wrong.",
    "Great! Now let me apply the patch.",
    "Now, let me verify that everything works.",
    "So I should check whether the function is exported.",
    "I have to install the dependencies first.",
    "I want to verify this with a quick script.",
    "Running the tests now...",
    "Now checking the imports:",
    "Reading the file…",
    "The bug is in the comparison. Let me fix it.",
    "I found the problem: the list is sorted as text.\n\nLet me correct that now.",
    "**Next step:** I'll run `npm test`.",
    "- Let me check the second file as well.",
    "The tests fail because of a typo.\n\n## Fix\n\nI'll correct the typo in `main.py`:",
    "```js\nlist.sort();\n```\n\nLet me change this to a numeric sort.",
    "Let me check the file for you.",
    "let me try again with the right path",
    // German
    "Ich schaue mir die Datei an.",
    "Ich werde jetzt die Tests ausführen.",
    "Lass mich zuerst die Konfiguration lesen.",
    "Als Nächstes prüfe ich den Parser.",
    "Jetzt führe ich die Tests aus:",
    "Nun muss ich die Funktion anpassen.",
    "Zuerst sehe ich mir die Struktur des Projekts an.",
    // French
    "Je vais maintenant lire le fichier.",
    "Je vais vérifier la configuration :",
    "Maintenant, je vais exécuter les tests.",
    "Laissez-moi regarder le code.",
    "Voyons ce que contient le dossier.",
    "Ensuite, je dois corriger la fonction.",
    // Spanish
    "Voy a revisar el archivo.",
    "Ahora voy a ejecutar las pruebas:",
    "Déjame ver el contenido del directorio.",
    "Primero, necesito leer la configuración.",
    "A continuación, revisaré los errores.",
    // Chinese
    "让我看一下这个文件。",
    "让我先检查一下测试。",
    "我来运行测试：",
    "现在我将修改这个函数。",
    "接下来，我会更新配置文件。",
    "首先，我需要查看项目结构。",
    "好的，我先读取文件内容。",
    "问题在于排序。我现在就来修复它。",
  ])("%s", (text) => {
    expect(announcesStep(text)).toBe(true);
  });
});

describe("an end like any other", () => {
  test.each([
    "",
    "Done.",
    // Reports
    "I fixed the comparison in `src/sort.js`; all tests pass.",
    "I checked the file and found nothing wrong.",
    "I have updated the configuration and run the tests.",
    "The tests pass now.",
    "I ran the tests again: 12 passed.",
    "The function reads the file and returns its lines.",
    "All tests are green. Nothing is left to do.",
    "Checking the imports showed no problem.",
    "Running the tests takes about ten seconds.",
    "I was going to run the tests, but npm is not installed.",
    "I couldn't run the tests, since the sandbox has no network.",
    "I will not change the file, since it is generated.",
    "I'll leave the other files as they are.",
    "I should mention that the lint step still fails.",
    "I should add that the lint step still fails.",
    "I want to make clear that no file was deleted.",
    "I see no reason to change it.",
    "I find this hard to say.",
    // Offers and questions
    "Let me know if you want me to change anything else.",
    "Let me know how it goes.",
    "Would you like me to run the tests?",
    "Shall I fix the other file as well?",
    "Should I apply this change?",
    "Let me check: do you mean the first file or the second one?",
    "I can add a test for this if you like.",
    "If you want, I'll update the documentation, too.",
    "I'll update the documentation if you want.",
    "Once you confirm, I'll delete the branch.",
    "I'll run the migration once you have made a backup.",
    "I need more information to fix this.",
    "I need you to start the server first.",
    "I need to see your configuration: please paste it here.",
    "I will use tabs from now on.",
    "I'll fix the remaining warnings in a follow-up.",
    "Feel free to ask if anything is unclear.",
    "What would you like to do next?",
    // Advice
    "Next, run `npm test` to check it.",
    "You will need to install the package first.",
    "To run the tests, use `npm test`.",
    "You can now start the server with `npm start`.",
    "Next steps: add a test, then open a pull request.",
    "We could also cache the result.",
    // What is not the last sentence does not count.
    "Let me check the file. It holds three functions: a, b and c.",
    "I'll run the tests. They pass.",
    // Code, tables, quotations
    "Put this into your script:\n\n```sh\n# Let me check the file.\nls\n```",
    "```\nI'll now run the tests:",
    "The model says:\n> Let me check the file.",
    "| step | text |\n|---|---|\n| 1 | Let me check the file. |",
    // German
    "Ich habe die Datei geändert; alle Tests laufen.",
    "Lass mich wissen, ob das passt.",
    "Wenn du möchtest, passe ich auch die Tests an.",
    "Ich kann das auch anders lösen.",
    "Soll ich die Tests ausführen?",
    // French
    "J'ai corrigé la fonction et lancé les tests.",
    "Si vous voulez, je vais aussi mettre à jour la documentation.",
    "N'hésitez pas à me dire si vous voulez autre chose.",
    // Spanish
    "He corregido la función y las pruebas pasan.",
    "Si quieres, voy a actualizar también la documentación.",
    "Avísame si necesitas algo más.",
    // Chinese
    "我已经修复了这个问题，所有测试都通过了。",
    "如果你愿意，我可以再修改文档。",
    "需要我运行测试吗？",
    "请告诉我你的想法。",
    "这个函数会读取文件并返回内容。",
    "测试现在全部通过。",
  ])("%s", (text) => {
    expect(announcesStep(text)).toBe(false);
  });
});

test("a long answer costs no more than its end", () => {
  expect(announcesStep(`${"Let me check. ".repeat(200_000)}\n\nDone.`)).toBe(false);
  expect(announcesStep(`${"word ".repeat(200_000)}\nLet me check the file.`)).toBe(true);
});

test("a sentence that was made to be slow comes to its end", () => {
  const pieces = [
    "now, ",
    "首先，",
    "jetzt ",
    "ahora, ",
    "maintenant, ",
    "let me now ",
    "我先",
    "running ",
    "\n",
    "`",
  ];
  expect(pieces.map((piece) => announcesStep(piece.repeat(70) + piece.repeat(20_000)))).toEqual(
    pieces.map(() => false),
  );
  expect(pieces.map((piece) => announcesStep(`${piece.repeat(20)}x`))).toEqual(pieces.map(() => false));
});
