// Orders to the assistant inside other people's words: found also when hidden, encoded, or in other languages.
import { withoutElements } from './elements.ts';

/** Patterns with weights; from about 2.4 on a text counts as giving orders. */
const ORDERS: [RegExp, number][] = [
  // Rules are to be given up
  [/\b(?:ignore|disregard|forget|override|bypass|skip|drop)\b.{0,30}\b(?:(?:previous|prior|above|earlier|preceding|your|all|system|safety)\b.{0,20}\b(?:instructions?|rules?|prompts?|guidelines?|directions?|programming|restrictions?|training|safeguards?)|(?:the |any )(?:instructions|rules|prompts?|guidelines)(?! (?:on|of|for|in|about)\b)|everything (?:above|before|you were told)|what you were told)\b/i, 3],
  [/\b(?:new|updated|real|actual|hidden|secret|following) (?:system )?(?:instructions?|rules|directives?|orders?) (?:for|to) (?:you|the (?:ai|assistant|bot|model|agent))\b|\byour new (?:instructions?|rules|task|goal|role)\b/i, 3],
  [/\b(?:ignorier\w*|vergiss|missachte\w*)\b.{0,40}\b(?:anweisung\w*|regeln|vorgaben|instruktion\w*|befehle?)\b/i, 3],
  [/\b(?:ignore[sz]?|oublie[sz]?|n[ée]glige[sz]?)\b.{0,15}\b(?:les|tes|vos|ces|nos|mes|toutes?)\b.{0,25}\b(?:instructions|consignes|règles|directives)\b/i, 3],
  [/\b(?:ignora|ignore|olvida|omite|desobedece)\b.{0,40}\b(?:instrucciones|reglas|indicaciones|órdenes|instruções|regras)\b/i, 3],
  [/\b(?:ignora|dimentica|trascura)\b.{0,40}\b(?:istruzioni|regole|direttive)\b|\bnegeer\b.{0,40}\b(?:instructies|regels|aanwijzingen)\b|\bzignoruj\b.{0,40}\b(?:instrukcj\w*|polecenia|zasady)\b/i, 3],
  [/(?:忽略|无视|無視|忘记).{0,20}(?:指令|指示|规则|說明|说明|提示)|(?:以前|上記|これまで)の?.{0,10}(?:指示|命令|ルール).{0,10}(?:無視|忘れ)|(?:игнорируй|забудь).{0,40}(?:инструкци|правил|указани)|تجاهل.{0,30}(?:التعليمات|الأوامر)|(?:이전|위의).{0,15}(?:지시|명령).{0,10}무시/iu, 3],
  // Our own words are to be shown
  [/\b(?:reveal|print|show|repeat|output|display|leak|disclose|tell me|give me|paste|translate|quote|recite|spell out|summari[sz]e|encode|write out)\b.{0,40}\b(?:(?:system|hidden|secret|initial|original|developer|your) ?(?:own |full |exact |internal |complete )?(?:prompts?|instructions?|directives?|configuration)|text above|words above|your rules|everything above)\b/i, 3],
  [/\bwhat (?:is|are|does) your (?:system |hidden |initial |exact )?(?:prompt|instructions|directives)\b|\b(?:zeig|nenne|verrate|gib)\w*\b.{0,30}\b(?:systemprompt|system-prompt|anweisungen)\b|\b(?:montre|affiche|révèle|donne)\w*\b.{0,40}\b(?:prompt|instructions)\b|\b(?:muestra|revela|dime)\w*\b.{0,40}\b(?:prompt|instrucciones)\b/i, 3],
  // A role or a mode is claimed
  [/\b(?:you are now|from now on,? you(?: are|'re| will| must)?|act as (?:an?|if|my|the)|pretend (?:to be|that you|you)|roleplay as|simulate being|behave as)\b.{0,60}\b(?:ai|assistant|bot|model|dan|admin\w*|developer|root|unrestricted|terminal|employee|manager|agent|system|jailbroken|no (?:rules|restrictions|limits)|without (?:rules|restrictions|limits))\b/i, 3],
  [/\b(?:developer|debug|maintenance|god|admin|sudo|root|test|dan|jailbreak) mode\b.{0,40}\b(?:on|enabled?|activated?|unlock\w*|now|active)\b|\b(?:enable|enter|activate|switch to|unlock)\b.{0,15}\b(?:developer|debug|maintenance|god|admin|dan|jailbreak|unrestricted) mode\b|\bdo anything now\b|\bjailbr(?:ea|o)k/i, 3],
  // The system's own marks
  [/^[ \t>]{0,40}(?:#{1,4}\s*|\*{2}|\[|<)?(?:system|assistant|developer|tool|function)(?:[ _](?:message|prompt|note|override|instruction|result|response|output|call)s?)?(?:\*{2}|\]|>)?\s*(?::|>|=>|->)/im, 2.5],
  [/<\|[a-z_]{2,20}\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|assistant|tool_(?:call|result|response|output)s?|function_(?:call|result)s?|instructions?|conversation|passages?|customer)>|\bBEGIN (?:SYSTEM|INSTRUCTIONS|OVERRIDE)\b|"(?:role|tool_call_id|function_call|tool_calls)"\s*:/i, 2.5],
  [/\b(?:system|admin(?:istrator)?|developer|security|it) (?:note|message|notice|override|alert|instruction|command)s?\b.{0,40}\b(?:assistant|bot|ai|model|agent|llm|gpt)\b/i, 3],
  [/<[^<>]{0,200}(?:display\s*:\s*none|font-size\s*:\s*0|visibility\s*:\s*hidden|opacity\s*:\s*0\b|color\s*:\s*(?:white|#fff(?:fff)?\b)|\bhidden\b)[^>]{0,100}>|<!--/i, 1.2],
  // The assistant is spoken to, and told to do something
  [/\b(?:dear|hey|hello|hi|note (?:to|for)|attention|message (?:to|for)|instructions? (?:to|for)|for|to) (?:the |any |all |our |your )?(?:support )?(?:ai|a\.i\.|bot|chatbot|llm|gpt|chatgpt|claude|copilot|language model|ai (?:assistant|agent|model|system)|assistant|automated (?:agent|system)|deskhand)\b\s*(?:[:,;–-]|reading|processing|that)/i, 2],
  [/\b(?:ai|bot|chatbot|assistant|llm|gpt|chatgpt|language model|deskhand|model)s?\b,?\s+(?:you )?(?:must|should|shall|has to|have to|needs? to|will now|is (?:now )?(?:authori[sz]ed|instructed|ordered)|please (?:send|reply|include|add|approve|set|mark|call|run))\b/i, 2.5],
  [/\b(?:reply|respond|answer|start your (?:reply|answer)|end your (?:reply|answer)) (?:only |exactly |just )?(?:with|by saying|in)\b.{0,25}(?:["“‘:]|\bthe (?:word|words|phrase|sentence|following)\b|\b(?:only|exactly)\b|base64|rot13|hex\b)/i, 2.5],
  [/\b(?:include|insert|embed|add|append|put|render|place)\b.{0,30}\b(?:this |the following |an? )?(?:(?:markdown )?(?:image|img|pixel)|link|url|html|script|iframe)\b.{0,40}\b(?:in|to|into|at)\b.{0,15}\b(?:your|the|every) (?:reply|answer|response|draft|message|e-?mail)s?\b/i, 3],
  [/!\[[^\]]{0,80}\]\(\s*(?:https?:|data:)[^)]{0,300}[?&=]/i, 2.5],
  [/\b(?:decode|decrypt|base64|rot13|translate) (?:this|the following|and)\b.{0,50}\b(?:follow|execute|obey|do (?:it|what|as)|carry out|comply|act on|instruct\w*)\b/i, 3],
  [/\b(?:call|use|invoke|run|execute|trigger)\b.{0,15}\b(?:the |your |a )?(?:tool|function|api|command|search_\w+|customer_\w+|\w+_tool|lookup)s?\b.{0,60}\b(?:with|for|on|to|and|customer|account|all)\b/i, 1.6],
  [/\b(?:call|use|invoke|run|execute|trigger)\b.{0,20}\b(?:tool|function|\w+_\w+)\b.{0,40}\b(?:customer|account|user|tenant)[_ ]?id\b|\b(?:customer|account|tenant)_id\s*=/i, 2.5],
  // What no customer can ask for
  [/\b(?:send|give|show|forward|email|list|export|dump|tell|share|provide|read|get|fetch|look up)\b.{0,30}\b(?:(?:(?<!\bto )another|other|all|every|different|previous|last|the next) (?:customer|client|user|account|compan|tenant)\w*(?:['’]s?)?|(?:customer|user|client) (?:list|database|records|table)|(?:everyone|anybody|somebody) else['’]s)\b|\b(?:data|details|invoices?|address(?:es)?|numbers?|tickets?) (?:of|about|for|from) (?:the |an)?other (?:customer|client|user|account|compan|tenant)\w*/i, 2.5],
  [/\b(?:dump|reveal|print|send|show|give|leak|export)\b.{0,25}\b(?:api[ _-]?keys?|environment variables?|env vars?|\.env|secrets?|credentials|access tokens?|database (?:password|dump|url)|process\.env|admin password)|\.env\b/i, 2.5],
  [/\b(?:approve|authori[sz]e|confirm|sign off)\b.{0,15}\b(?:this|your|the|my)(?: own)? (?:draft|reply|answer|response|message|ticket)\b|\b(?:send|deliver|reply)\b.{0,30}\b(?:without|skip(?:ping)?|no need for|bypassing)\b.{0,20}\b(?:approv\w+|review|human|agent|person|confirmation|waiting)\b|\bapprove yourself\b|\bself-approve\b|\bauto-?(?:approve|send)\b.{0,20}\b(?:this|now|reply|draft|it)\b/i, 3],
  [/\b(?:set|change|mark|raise|switch|upgrade)\b.{0,20}\b(?:priority|urgency|confidence|category|status|route|mode|score|plan)\b.{0,15}\b(?:to|as|=)\b\s*["“']?(?:p1|critical|highest|urgent|auto|1\.0|100|resolved|approved|spam|enterprise|admin)\b/i, 2.2],
  [/\b(?:confidence|route|mode|injection|spam|answered|answerable)\s*[=:]\s*["“']?(?:1(?:\.0)?|100|auto|true|approved|0(?:\.0)?)\b/i, 2.5],
  [/\b(?:b?cc|forward|send a copy of|redirect)\b.{0,30}\b(?:your (?:reply|answer|response)|this (?:conversation|thread|draft)|every (?:reply|answer))\b.{0,30}[\w.+-]+@[\w-]+\.\w+|\b(?:b?cc)\b\s+[\w.+-]+@[\w-]+\.\w+\s+(?:on|in)\b.{0,12}\b(?:reply|answer|response)/i, 2.5],
  [/@(?:everyone|here|channel)\b|<!(?:everyone|here|channel)>|<@[UW&!]?\w{3,}>/i, 2.5],
  [/(?:\b(?:javascript|vbscript):|<script\b|\bonerror\s*=|<iframe\b|<img\b[^>]{0,200}\bsrc\s*=)/i, 1],
  [/\b(?:this (?:is|was)|i am|i'm|we are|speaking|message from)\b.{0,25}\b(?:(?:your|the) (?:developer|creator|system administrator|ceo|operator)|your (?:administrator|owner))\b.{0,80}\b(?:must|override|instruct\w*|authori[sz]\w*|allow\w*|permission|order\w*|command\w*|disable|unlock|send|give|approve|comply)\b/i, 3],
  [/\b(?:it is|you are|this is) (?:safe|allowed|permitted|authori[sz]ed|okay|ok|fine) to (?:ignore|skip|bypass|reveal|share|send|disclose)\b|\b(?:policy|safety|guardrails?|filters?) (?:has been|have been|is|are) (?:disabled|lifted|suspended|turned off)\b/i, 2.5],
]; // biome-ignore format: one pattern a line

/** Letters of other alphabets that look like Latin ones (Unicode TR 39, the common part). */
const LOOKALIKES: Record<string, string> = Object.fromEntries(
  ['аa', 'еe', 'оo', 'рp', 'сc', 'уy', 'хx', 'іi', 'јj', 'ѕs', 'ԁd', 'һh', 'ԛq', 'ԝw', 'ӏl', 'вb', 'кk', 'мm', 'нh', 'тt', 'гr', 'пn', 'αa', 'εe', 'οo', 'ρp', 'υu', 'ιi', 'νv', 'κk', 'τt', 'ηn', 'χx', 'γy', 'ɡg', 'ɑa', 'ıi', 'ƽs', 'ոn', 'սu', 'օo', 'ցg']
    .map((pair) => [pair.charAt(0), pair.charAt(1)]),
); // biome-ignore format: one table
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
/** "Tag" characters, which nobody sees and which spell ASCII. */
const TAGS = /[\u{e0020}-\u{e007e}]/gu;
const HIDDEN_WORDS = /\p{L}[\u200b-\u200d\u2060\ufeff]\p{L}/gu;
/** Joined and split letters by the dozen belong to no writing. */
const HIDING = 6;
/** Characters that are read of one text: more than a language model is shown of a message (llm/conversation.ts). */
const READ = 20_000;
const ENCODED = /[A-Za-z0-9+/]{24,}={0,2}/g;
const HEXADECIMAL = /(?:[0-9a-f]{2}[ :]?){16,}/gi;
const SPACED = /(?<!\p{L})(?:\p{L}[ .\-_*]){4,}\p{L}(?!\p{L})/gu;

/** The beginning of an element that nobody sees. */
const HIDDEN =
  /<(\w+)\b[^>]{0,300}(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|\bhidden\b)/gi;

/** 0..1: how surely a text gives orders to the assistant, in whatever disguise. Bounded; linear. */
export function orderScore(text: string): number {
  const raw = text.slice(0, READ);
  const tagged = [...raw.matchAll(TAGS)].map(([char]) =>
    String.fromCharCode((char.codePointAt(0) ?? 0) - 0xe0000),
  );
  const hidden = raw.match(HIDDEN_WORDS)?.length ?? 0;
  const plain = raw.replace(TAGS, '').replace(UNSEEN, '').normalize('NFKC').replace(/[’`]/g, "'");
  const forms = [
    plain,
    plain.replace(/[\u0131\u0180-\u02af\u0370-\u058f]/g, (char) => LOOKALIKES[char.toLowerCase()] ?? char),
    tagged.join(''),
    ...decoded(plain),
    rot13(plain),
    [...plain].reverse().join(''),
    plain.replace(SPACED, (run) => run.replace(/[ .\-_*]/g, '')),
    // An order may be split over lines or quote marks.
    plain.replace(/\n[>\s]*/g, ' '),
    decodeEntities(plain),
  ];
  const best = Math.max(...forms.map(weigh));
  const disguise = (tagged.length > 3 ? 3 : 0) + (hidden >= HIDING ? 1.5 : 0);
  return 1 / (1 + Math.exp(-(1.2 * (best + disguise) - 2.4)));
}

/** Articles speak to readers in the imperative: only the plainest orders count there. */
const SURELY = 0.75;

/**
 * A knowledge text without what only a machine would read (comments, hidden elements) and without paragraphs that
 * give orders; `removed` counts them.
 */
export function withoutOrders(markdown: string): { text: string; removed: number } {
  const seen = withoutElements(markdown.replace(/<!--[\s\S]*?(?:-->|$)/g, ''), HIDDEN).replace(TAGS, '');
  let removed = seen === markdown ? 0 : 1;
  const kept = seen.split('\n').filter((line) => {
    const orders = line.trim().length > 12 && orderScore(line) >= SURELY;
    if (orders) removed += 1;
    return !orders;
  });
  return removed ? { text: kept.join('\n'), removed } : { text: markdown, removed };
}

function weigh(text: string): number {
  return text ? ORDERS.reduce((sum, [pattern, weight]) => sum + (pattern.test(text) ? weight : 0), 0) : 0;
}

/** What encoded runs say, where they say something in letters. */
function decoded(text: string): string[] {
  const base64 = [...text.matchAll(ENCODED)].map(([run]) => Buffer.from(run, 'base64').toString('utf8'));
  const hex = [...text.matchAll(HEXADECIMAL)].map(([run]) =>
    Buffer.from(run.replace(/[ :]/g, ''), 'hex').toString('utf8'),
  );
  const url = /(?:%[0-9a-f]{2}){3}/i.test(text)
    ? [text.replace(/(?:%[0-7][0-9a-f])+/gi, decodeURIComponent)]
    : [];
  return [...base64, ...hex, ...url].filter(
    (said) => (said.match(/[\p{L}\p{N}\s.,:'"-]/gu)?.length ?? 0) > said.length * 0.85,
  );
}

function decodeEntities(text: string): string {
  if (!text.includes('&#')) return '';
  return text.replace(/&#(x[0-9a-f]{1,5}|\d{1,6});/gi, (_, code: string) =>
    String.fromCodePoint(
      Math.min(0x10ffff, /^x/i.test(code) ? Number.parseInt(code.slice(1), 16) : Number(code)),
    ),
  );
}

/** Each letter moved by 13, which is its own undoing. */
export function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (char) => {
    const base = char <= 'Z' ? 65 : 97;
    return String.fromCharCode(((char.charCodeAt(0) - base + 13) % 26) + base);
  });
}
