/**
 * How a model says that it does something next, by language; data, so that a language is a few lines more. Sets of words
 * instead of one large pattern: a pattern that knows all of this takes 14 ms to compile, at the end of every first answer.
 */
export interface Language {
  /** May stand in front. */
  readonly leads: ReadonlySet<string>;
  /** The model speaks of itself, and of what is to come. */
  readonly openers: readonly string[];
  /** May stand between that and the step. */
  readonly fillers: ReadonlySet<string>;
  /** Something that one does with a tool. */
  readonly isStep: (word: string) => boolean;
  /** Words that say all of it at once. */
  readonly whole?: ReadonlySet<string>;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

const ENGLISH_STEPS = words(
  "add adjust analyse analyze apply begin browse build call change check clean clone compare compile confirm continue convert copy correct count create debug define delete determine dig do double-check edit enter examine execute explore extract fetch figure find fix gather generate get grep identify implement import insert inspect install investigate list load locate look make modify move navigate open patch prepare print proceed pull query re-check re-read re-run read recheck refactor remove rename replace reread rerun restore retrieve retry review revert rewrite run save scan search see set start study switch take test trace try update use verify view write",
);

/** Of these alone, one says "…ing" of what one is about to do. */
export const ENGLISH_GERUNDS = words(
  "adding applying checking creating editing examining executing fixing inspecting installing investigating listing looking opening reading running searching starting testing trying updating verifying writing",
);

const ENGLISH: Language = {
  leads: words(
    "okay ok alright great good perfect now next first then so also finally hmm right sure yes and but however therefore instead",
  ),
  openers: [
    ..."let me|let us|let's|lemme|i'll|i will|i am going to|i'm going to|i'm gonna|i am about to".split("|"),
    ..."i'm about to|i need to|i have to|i must|i should|i want to|i'd like to".split("|"),
  ],
  fillers: words(
    "now first next then also just quickly by with go ahead and to finally once more again simply actually carefully have need",
  ),
  isStep: (word) => ENGLISH_STEPS.has(word) || (word.endsWith("ing") && isGerundOf(word, ENGLISH_STEPS)),
};

/** `checking`, `writing`, `running`. */
function isGerundOf(word: string, verbs: ReadonlySet<string>): boolean {
  const stem = word.slice(0, -3);
  return (
    verbs.has(stem) || verbs.has(`${stem}e`) || (stem.at(-1) === stem.at(-2) && verbs.has(stem.slice(0, -1)))
  );
}

const GERMAN_LEADS = words(
  "okay ok gut also so nun jetzt zuerst zunächst als nächstes dann danach anschließend schließlich",
);
const GERMAN_STEPS = words(
  "werde will muss möchte schaue sehe prüfe überprüfe führe lese öffne suche starte teste behebe korrigiere passe erstelle schreibe ändere füge entferne lösche installiere untersuche analysiere beginne fange mache versuche rufe hole liste vergleiche ergänze implementiere baue ersetze kontrolliere",
);
const NONE: ReadonlySet<string> = new Set();
const GERMAN: readonly Language[] = [
  {
    leads: GERMAN_LEADS,
    openers: ["ich"],
    fillers: NONE,
    isStep: (word) => GERMAN_STEPS.has(word),
  },
  // "Jetzt prüfe ich …": the verb comes first.
  {
    leads: new Set([...GERMAN_LEADS, ...GERMAN_STEPS]),
    openers: [...GERMAN_STEPS].map((verb) => `${verb} ich`),
    fillers: NONE,
    isStep: () => true,
  },
  {
    leads: GERMAN_LEADS,
    openers: ["lass mich", "lassen sie mich", "lass uns", "lasst uns"],
    fillers: NONE,
    isStep: (word) => word !== "wissen",
  },
];

const FRENCH_NO_STEPS = words("arrêter rester attendre être avoir savoir");
const FRENCH: Language = {
  leads: words("ok d'accord bien bon parfait maintenant ensuite puis d'abord tout enfin alors"),
  openers: [
    ..."je vais|je dois|je veux|je voudrais|il faut que je|laisse-moi|laissez-moi|laisse moi|laissez moi".split(
      "|",
    ),
  ],
  fillers: words("maintenant d'abord ensuite donc aussi commencer par le la les y"),
  isStep(word) {
    const verb = word.slice(word.lastIndexOf("'") + 1);
    return /(?:er|ir|re)$/.test(verb) && !FRENCH_NO_STEPS.has(verb);
  },
  whole: words(
    "voyons regardons vérifions examinons lisons exécutons lançons commençons corrigeons cherchons essayons",
  ),
};

const SPANISH_NO_STEPS = words("parar esperar detener ser estar saber");
const SPANISH: Language = {
  leads: words("ok bien bueno perfecto ahora luego después primero a continuación entonces finalmente"),
  openers: [
    ..."voy a|vamos a|necesito|debo|tengo que|quiero|procederé a|procedo a|déjame|déjeme|permíteme|permítame".split(
      "|",
    ),
  ],
  fillers: words("ahora primero también empezar comenzar por"),
  isStep: (word) => /(?:ar|er|ir)(?:l[aeo]s?|me|se)?$/.test(word) && !SPANISH_NO_STEPS.has(word),
  whole: words(
    "revisaré ejecutaré leeré buscaré comprobaré verificaré crearé abriré examinaré actualizaré corregiré modificaré añadiré agregaré escribiré probaré instalaré analizaré empezaré comenzaré miraré veamos revisemos comprobemos verifiquemos ejecutemos",
  ),
};

export const LANGUAGES: readonly Language[] = [ENGLISH, ...GERMAN, FRENCH, SPANISH];

/** Chinese has no blanks between words: the same, by what the sentence begins with. */
export const CHINESE = {
  leads: "好的 好 那么 现在 首先 然后 接着 接下来 下一步 最后 所以 因此".split(" "),
  openers: "让我们 让我 我们 我".split(" "),
  /** Without one of these, "I" reports. "让我" needs none. */
  fillers:
    "先 再 来 去 将 会 要 得 需要 马上 这就 现在 接下来 首先 就 想 准备 打算 开始 必须 应该 仔细 快速 一下".split(
      " ",
    ),
  steps:
    "看 查 检 读 打开 运行 执行 跑 测试 修 改 编辑 更新 创建 新建 添加 增加 写 实现 删 移除 安装 搜 找 分析 调试 尝试 试 确认 验证 列出 浏览 继续 开始 应用 替换 重构 重新 进行 使用 调用 获取 了解 处理 生成 定位".split(
      " ",
    ),
  /** Characters between all of that and the step. */
  mostDistance: 12,
};

/** What makes a promise or an offer of the same words: it is the user's turn, or it is for another day. */
export const NOT_MEANT: readonly RegExp[] = [
  /\b(?:if|once|when|whenever|unless|until|after|as soon as|before)\s+(?:you|your|the user|needed|necessary|required|desired|requested|that['’]?s|this is|it['’]?s ok)\b/iu,
  /\b(?:let me know|please|would you|do you|should I|shall I|want me to|need (?:you|your|more|further|a bit more|some more|additional) |for you to|up to you|your (?:input|confirmation|approval|permission|go-ahead|feedback|answer|choice))\b/iu,
  /\b(?:from now on|in (?:the )?future|next time|going forward|later on|follow-up|another (?:time|session)|at some point|see you)\b/iu,
  /^(?:\p{L}+,? )?I\S* (?:\p{L}+ )?(?:to )?(?:also )?(?:add that|see no|make (?:it |this )?(?:clear|sure (?:that )?you)|find (?:it|this|that))\b/iu,
  /(?<!\p{L})(?:wenn|falls|sobald|sofern|bitte|bescheid|in zukunft|künftig|beim nächsten mal)(?!\p{L})|(?<!\p{L})(?:deine?|ihre?)[rn]?\s+(?:bestätigung|freigabe|antwort|rückmeldung)/iu,
  /(?<!\p{L})(?:si (?:vous|tu|nécessaire|besoin)|dès que|lorsque|quand (?:vous|tu)|n['’]hésite|s['’]il (?:vous|te) pla[iî]t|à l['’]avenir|votre (?:confirmation|accord|réponse)|ta (?:confirmation|réponse))/iu,
  /(?<!\p{L})(?:si (?:quieres|lo deseas|deseas|necesitas|te parece|es necesario|prefieres)|cuando (?:me|lo|quieras|tú)|avísame|por favor|en el futuro|tu (?:confirmación|respuesta)|que me (?:digas|confirmes))/iu,
  /如果|要是|若|的话|请|吗|告诉我|让我知道|您的|你的确认|以后|将来|等你|等您|是否/u,
];
