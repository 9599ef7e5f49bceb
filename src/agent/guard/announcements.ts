/**
 * Sentences in which a model says what it does next, by language; data, so that a language is a few lines more.
 * Each must begin the sentence, name the model itself, and name something that one does with a tool.
 */

const ENGLISH_VERBS =
  "add|adjust|analy[sz]e|apply|begin|browse|build|call|change|check|clean|clone|compare|compile|confirm|continue|convert|copy|correct|count|create|debug|define|delete|determine|dig|do|double-check|edit|enter|examine|execute|explore|extract|fetch|figure|find|fix|gather|generate|get|grep|identify|implement|import|insert|inspect|install|investigate|list|load|locate|look|make|modify|move|navigate|open|patch|prepare|print|proceed|pull|query|re-?check|re-?read|re-?run|read|refactor|remove|rename|replace|restore|retrieve|retry|review|revert|rewrite|run|save|scan|search|see|set|start|study|switch|take|test|trace|try|update|use|verify|view|write";
const ENGLISH_LEAD =
  "(?:(?:okay|ok|alright|all right|great|good|perfect|now|next|first|then|so|also|finally|after that|to start|to begin|to do (?:this|that|so)|let's see|hmm|right|sure|yes|and|but|however|therefore|instead)[,.!:;]?\\s+){0,3}";
const ENGLISH_ADVERBS =
  "(?:(?:now|first|next|then|also|just|quickly|start by|begin by|start with|go ahead and|proceed to|try to|have to|need to|finally|once more|again|simply|actually|carefully)\\s+){0,3}";

const ENGLISH: readonly RegExp[] = [
  words(`${ENGLISH_LEAD}(?:let me|let us|let['’]s|lemme)\\s+${ENGLISH_ADVERBS}(?:${ENGLISH_VERBS})\\b`),
  words(
    `${ENGLISH_LEAD}(?:I['’]ll|I will|I am going to|I['’]m going to|I['’]m gonna|I am about to|I['’]m about to|I need to|I have to|I must|I should|I want to|I['’]d like to)\\s+${ENGLISH_ADVERBS}(?:${ENGLISH_VERBS})(?:ing)?\\b`,
  ),
  // "Running the tests now:", but not a report without a sign that something follows.
  words(
    `${ENGLISH_LEAD}(?:adding|applying|checking|creating|editing|examining|executing|fixing|inspecting|installing|investigating|listing|looking|opening|reading|running|searching|starting|testing|trying|updating|verifying|writing)\\b.*(?:\\.\\.\\.|…|:|\\bnow\\.?)$`,
  ),
  // "Now to the fix:" and the like.
  words("(?:now|next)[,]? (?:to|for|on to) .*(?:\\.\\.\\.|…|:)$"),
];

const GERMAN: readonly RegExp[] = [
  words(
    "(?:(?:okay|ok|gut|also|so|nun|jetzt|zuerst|zunächst|als nächstes|dann|danach|anschließend|schließlich)[,.!:]?\\s+){0,2}(?:ich\\s+(?:werde|will|muss|möchte|schaue|sehe|prüfe|überprüfe|führe|lese|öffne|suche|starte|teste|behebe|korrigiere|passe|erstelle|schreibe|ändere|füge|entferne|lösche|installiere|untersuche|analysiere|beginne|fange|mache|versuche|rufe|hole|liste|vergleiche|ergänze|implementiere|baue|ersetze|kontrolliere)|(?:werde|muss|will|möchte|schaue|sehe|prüfe|überprüfe|führe|lese|öffne|suche|starte|teste|behebe|korrigiere|passe|erstelle|schreibe|ändere|füge|entferne|lösche|installiere|untersuche|analysiere|beginne|mache|versuche|rufe|implementiere|baue|ersetze)\\s+ich)\\b",
  ),
  words("(?:lass|lassen sie|lasst)\\s+(?:mich|uns)\\s+(?!wissen)"),
  words("(?:schauen|sehen|prüfen|lesen|beginnen|starten|führen)\\s+wir\\b"),
];

const FRENCH: readonly RegExp[] = [
  words(
    "(?:(?:ok|d['’]accord|bien|bon|parfait|maintenant|ensuite|puis|d['’]abord|tout d['’]abord|enfin|alors)[,.!:]?\\s+){0,2}(?:je\\s+(?:vais|dois|veux|voudrais)|il faut que je)\\s+(?:(?:maintenant|d['’]abord|ensuite|donc|aussi|commencer par|m['’]assurer|y)\\s+){0,2}(?:l['’]|les?\\s|la\\s)?(?!arrêter|rester|attendre|m['’]arrêter|être|avoir)\\p{L}+(?:er|ir|re)\\b",
  ),
  words("laisse[zr]?[- ]moi\\s+(?!savoir)"),
  words(
    "(?:maintenant[,]?\\s+)?(?:voyons|regardons|vérifions|examinons|lisons|exécutons|lançons|commençons|corrigeons|cherchons|essayons|passons)\\b",
  ),
];

const SPANISH: readonly RegExp[] = [
  words(
    "(?:(?:ok|bien|bueno|perfecto|ahora|luego|después|primero|a continuación|entonces|finalmente)[,.!:]?\\s+){0,2}(?:voy a|vamos a|necesito|debo|tengo que|quiero|procederé a|procedo a)\\s+(?:(?:ahora|primero|también|empezar por|comenzar por)\\s+){0,2}(?!parar|esperar|detener|ser|estar|saber)\\p{L}+(?:ar|er|ir)(?:l[aeo]s?|me|se)?(?![\\p{L}])",
  ),
  words("(?:déjame|déjeme|permíteme|permítame|deja que|dejad que)\\s+(?!saber)"),
  words(
    "(?:(?:ahora|luego|primero|a continuación|entonces)[,]?\\s+){0,2}(?:revisaré|ejecutaré|leeré|buscaré|comprobaré|verificaré|crearé|abriré|examinaré|actualizaré|corregiré|modificaré|añadiré|agregaré|escribiré|probaré|instalaré|analizaré|empezaré|comenzaré|miraré|veamos|revisemos|comprobemos|verifiquemos|ejecutemos)(?![\\p{L}])",
  ),
];

const CHINESE_VERBS =
  "看|查|检|读|打开|运行|执行|跑|测试|修|改|编辑|更新|创建|新建|添加|增加|写|实现|删|移除|安装|搜|找|分析|调试|尝试|试|确认|验证|列出|浏览|继续|开始|应用|替换|重构|重新|进行|使用|调用|获取|了解|处理|编写|生成|定位";
const CHINESE: readonly RegExp[] = [
  new RegExp(
    `^(?:好的?|那么|现在|首先|然后|接着|接下来|下一步|最后|所以|因此|[，,、\\s])*(?:就)?让我们?(?!知道)(?:先|再|来|去|现在|首先|一下|仔细|快速)*.{0,12}?(?:${CHINESE_VERBS})`,
    "u",
  ),
  new RegExp(
    `^(?:好的?|那么|现在|首先|然后|接着|接下来|下一步|最后|所以|因此|[，,、\\s])*我们?(?:先|再|来|去|将|会|要|得|需要|马上|这就|现在|接下来|首先|就|想|准备|打算|开始|必须|应该)+.{0,12}?(?:${CHINESE_VERBS})`,
    "u",
  ),
  new RegExp(
    `^(?:现在|首先|接下来|下一步|然后|接着)[，,]?(?:就|将|会|要|来|去|开始|先|是)+.{0,8}?(?:${CHINESE_VERBS})`,
    "u",
  ),
];

export const ANNOUNCEMENTS: readonly RegExp[] = [...ENGLISH, ...GERMAN, ...FRENCH, ...SPANISH, ...CHINESE];

/** What makes a promise or an offer of the same words: it is the user's turn, or it is for another day. */
export const NOT_MEANT: readonly RegExp[] = [
  /\b(?:if|once|when|whenever|unless|until|after|as soon as|before)\s+(?:you|your|the user|needed|necessary|required|desired|requested|that['’]?s|this is|it['’]?s ok)\b/iu,
  /\b(?:let me know|please|would you|do you|should I|shall I|want me to|need (?:you|your|more|further|a bit more|some more|additional) |for you to|up to you|your (?:input|confirmation|approval|permission|go-ahead|feedback|answer|choice))\b/iu,
  /\b(?:from now on|in (?:the )?future|next time|going forward|later on|follow-up|another (?:time|session)|at some point|see you)\b/iu,
  /^(?:\p{L}+,? )?I\S* (?:\p{L}+ )?(?:to )?(?:also )?(?:add that|see no|make (?:it |this )?(?:clear|sure (?:that )?you)|find (?:it|this|that))\b/iu,
  /(?<!\p{L})(?:wenn|falls|sobald|sofern|bitte|bescheid|in zukunft|künftig|beim nächsten mal)(?!\p{L})|(?<!\p{L})(?:deine?|ihre?)[rn]?\s+(?:bestätigung|freigabe|antwort|rückmeldung)/iu,
  /(?<!\p{L})(?:si (?:vous|tu|nécessaire|besoin)|dès que|lorsque|quand (?:vous|tu)|n['’]hésite|s['’]il (?:vous|te) pla[iî]t|à l['’]avenir|votre (?:confirmation|accord|réponse)|ta (?:confirmation|réponse))/iu,
  /(?<!\p{L})(?:si (?:quieres|lo deseas|deseas|necesitas|te parece|es necesario|prefieres)|cuando (?:me|lo|quieras|tú)|avísame|por favor|en el futuro|tu (?:confirmación|respuesta)|que me (?:digas|confirmes))/iu,
  /如果|要是|若|的话|请|吗|告诉我|您的|你的确认|以后|将来|等你|等您|是否/u,
];

function words(pattern: string): RegExp {
  return new RegExp(`^${pattern}`, "iu");
}
