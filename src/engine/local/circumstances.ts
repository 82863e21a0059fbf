// What a customer says of their situation: tries that failed, standstill, leaving, growing.
import { plain, sentences } from './text.ts';

/** One alternative of many, as whole words. */
const any = (...alternatives: string[]) => new RegExp(`\\b(?:${alternatives.join('|')})\\b`, 'i');

const NO_RUSH = any(
  'no (?:rush|hurry|need|stress|big deal)',
  'not (?:urgent|needed|necessary|pressing|critical|a big deal)',
  "isn't (?:urgent|pressing|critical)",
  "(?:don't|doesn't) (?:need|have to)",
  'can wait',
  'whenever you',
  'minor',
  'cosmetic',
);

/** Whether a sentence says that it does not matter or can wait. */
export function wavesAside(sentence: string): boolean {
  return NO_RUSH.test(sentence);
}

const ORDINALS: Record<string, number> = {
  second: 2, '2nd': 2, third: 3, '3rd': 3, fourth: 4, '4th': 4, fifth: 5, '5th': 5, sixth: 6, '6th': 6, tenth: 10,
  umpteenth: 5, nth: 5, hundredth: 10,
}; // biome-ignore format: a small table
const CARDINALS: Record<string, number> = {
  twice: 2, thrice: 3, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, ten: 10, several: 3, many: 4,
  multiple: 3, countless: 5,
}; // biome-ignore format: a small table
const MOST_ATTEMPTS = 20;
/** Different acts that count as a try each. */
const MOST_ACTS = 4;

const NTH = new RegExp(
  `\\b(${Object.keys(ORDINALS).join('|')})\\s+(?:(?:time|attempt|try)(?! (?:slot|zone|window|card|sheet|entry))|(?:e-?mail|message|request|ticket|call|reminder)(?=\\s*(?:$|[.,;:!?)]|i\\b|we\\b|about|on\\b|to\\b|in\\b|for\\b|regarding|now|this|already|with)))`,
  'gi',
);
const TIMES = new RegExp(
  `\\b(?:tried|trying|asked|written|wrote|called|contacted|explained|reported|attempted|restarted|reinstalled|reset|cleared|emailed|messaged|phoned|rang|complained|chased|uninstalled|reached out|got in touch)\\b[^.!?\\n]{0,40}?\\b(twice|thrice|(${Object.keys(CARDINALS).join('|')}|\\d{1,2})(?:\\s?x\\b|\\s+(?:times|different|separate|attempts|occasions|of your (?:colleagues|people|agents|team))))`,
  'gi',
);
const ATTEMPTS = new RegExp(
  `\\b(?<!\\bhow )(${Object.keys(CARDINALS).join('|')}|\\d{1,2}) (?:failed |unsuccessful )?attempts\\b`,
  'gi',
);
/** The same matter is brought up again. */
const WRITES_AGAIN =
  /\b(?:writ(?:e|ing)|ask(?:ing)?|contact(?:ing)?|email(?:ing)?|call(?:ing)?|report(?:ing)?|here) (?:you |this |to you )?(?:once )?again\b|\bme again\b|\b(?:as|like) (?:(?:i|we)(?:'ve| have)? )?(?:already |previously )?(?:said|explained|mentioned|told|wrote|written|reported)\b|\balready (?:explained|mentioned|told|reported|wrote|written|asked|contacted|emailed|called)\b|\b(?:asked|called|wrote|contacted|emailed|messaged|phoned|reported)\b[^.!?\n]{0,60}\band (?:again|once more|the day before|also (?:on|last|yesterday))\b/i;
/** What people do to help themselves; several of them are several tries. */
const SELF_HELP =
  /\b(?:restarted|rebooted|re-?installed|uninstalled|updated|logged (?:out|off)|signed out|clear(?:ed)? (?:\w+ )?(?:cache|cookies|history|data)|cleared|reset|switched|unplugged|followed|read|searched|looked (?:through|everywhere|in)|checked|tried|disabled|reconnected|been through|went through|did all)\b/gi;
const TRIED = any(
  'tried',
  'attempted',
  'already (?:did|done|restarted|reinstalled|cleared|reset|checked|followed|looked|read|searched)',
  '(?:reinstalled|restarted|rebooted|cleared|followed|reset)\\b.{0,60}\\b(?:still|but|nothing|same|no (?:luck|change)|not help\\w*|to no avail)',
  "(?:didn't|did not|does not|doesn't) (?:help|solve|fix) ?(?:it|anything|this)?",
  '(?:no luck|to no avail|without (?:any )?(?:success|luck|result)|in vain|nothing (?:helps|helped|has helped)|with(?:out)? (?:no|any) (?:effect|improvement)|same result|(?<!is |be )no change)',
);
const STILL = any(
  "still (?:not|no|broken|nothing|the same|doesn't|don't|can't|cannot|won't|isn't|waiting|happen\\w*|fail\\w*|crash\\w*|wrong)",
  'again\\b.{0,30}\\b(?:broken|fail\\w*|error|down)',
  '(?:once|yet) (?:more|again)\\b.{0,30}\\b(?:fail\\w*|broken|error|crash\\w*|down|not)',
  'same (?:problem|error|issue) again',
  'still the same',
  '(?:very|exact(?:ly)?) same (?:problem|error|issue)',
  'no (?:answer|reply|response|reaction)',
  '(?:nobody|no one|no-one) (?:answers|answered|replied|replies|came back|got back|reacts?|reacted)',
);

/** Tries that the customer mentions ("for the third time", "tried twice"); 1 for an unsolved repeat ("still broken"). */
export function countAttempts(text: string): number {
  const said = plain(text);
  const failed = TRIED.test(said) || STILL.test(said);
  const acts = new Set([...said.matchAll(SELF_HELP)].map(([act]) => act.toLowerCase()));
  const counts = [
    ...[...said.matchAll(NTH)].map(([, word = '']) => ORDINALS[word.toLowerCase()] ?? 0),
    ...[...said.matchAll(TIMES)].map(([, whole = '', number]) => cardinal(number ?? whole)),
    ...[...said.matchAll(ATTEMPTS)].map(([, number = '']) => cardinal(number)),
    WRITES_AGAIN.test(said) ? 2 : 0,
    failed ? Math.max(1, Math.min(acts.size, MOST_ACTS)) : 0,
  ];
  return Math.min(MOST_ATTEMPTS, Math.max(...counts));
}

function cardinal(word: string): number {
  return CARDINALS[word.toLowerCase()] ?? (Number(word) || 0);
}

const CANNOT =
  "(?:can(?:'|no)?t|cannot|can not|(?:are|am|is|'re|'m) (?:not|no longer) able to|unable to|(?:impossible|no longer possible) (?:for us |for me )?to|couldn't|won't let (?:us|me))";
const FULLY =
  '(?:(?:completely|totally|entirely|now|all|dead|really|literally|basically|fully|just|currently) )*';
const EVERYBODY =
  '(?:everything|everybody|everyone|(?:the |our |my )?(?:whole|entire) (?:team|company|office|crew|fleet|operation|business|department)|all (?:of )?(?:our|my|the) \\w+|all \\d+ \\w+|all (?:users|staff|crews|technicians|drivers))';
const WHOLE =
  '(?:production|everything|(?:the |our |your |this )?(?:(?:whole|entire) )?(?:app|system|site|website|web ?shop|portal|platform|server|service|software))';
const DEAD = '(?:down|offline|dead|unusable|unavailable|unreachable|frozen|paraly[sz]ed|inaccessible)';
const STANDSTILL = any(
  `${CANNOT} (?:(?:even |currently |now )?(?:work(?! out)|(?:invoice|bill)(?! an? )|dispatch|drive|log ?in|sign ?in|get in|start|ship|continue|proceed|operate|pay (?:our|the|my)|run (?:payroll|the|our|my)|do (?:any|our|my)|(?:take|accept|receive|process) (?:any |new |card |online )*(?:bookings|payments|calls|orders|jobs)|send (?:any|our|out|(?:quotes|invoices|offers|orders)(?! (?:with|in|as|from)))|finish (?:our|the|any)|serve|sell))`,
  `${CANNOT} (?:access|use|open|reach|get into) (?:the (?:app|account|system|software|site|schedule|calendar|dashboard|workspace)|your|our|my|it\\b(?! in)|any|this (?:app|account|system))`,
  "(?:won't|doesn't|does not|not|no longer) (?:open|start|load|work)\\w*(?: any ?more| now)? (?:at all|anywhere|(?:on|for) (?:any|all|every|the whole)\\w*)",
  `(?:broken|fails|failing|out|offline|down) (?:for|on|across) (?:${EVERYBODY}|us|any\\w+|all|every (?:user|device|phone|tablet|computer))`,
  'nothing (?:works|loads|opens|is working|goes)(?! (?:better|well))',
  'dead in the water',
  "(?:^|(?:i|we|us|me|everyone|everybody|team|crew|office)(?:'m|'re|'ve)?(?: (?:am|are|is|was|were|got|get|been|have|now|all|completely|still)){0,3} )locked out",
  '(?:stand(?:s|ing)? (?:still|idle|around)|(?:stand|sitt?|wait)(?:s|ing)? in the (?:yard|office))',
  '(?:(?:come|came|coming|ground|brought|is|are) to a|at a)(?: complete| full| grinding)? (?:halt|stop|stand ?still)',
  `${WHOLE} (?:(?:is|are|seems|has been|have been|'s) )?${FULLY}${DEAD}(?! for maintenance)`,
  `(?:everything|(?:our|the) (?:whole|entire) \\w+|(?:our|my) (?:\\w+ )?(?:operations?|business|work|office)) (?:is|are) ${FULLY}(?:broken|paraly[sz]ed|down|dead|stopped)`,
  'every (?:page|screen|request|call|click|job) (?:gives|shows|returns|fails|throws|times out|is (?:blank|white|empty|down))',
  `${EVERYBODY}\\b.{0,40}\\b(?:down|blocked|stuck|offline|waiting|locked|frozen|${CANNOT})`,
  '(?:nobody|no one|no-one|none of (?:us|our \\w+|the \\w+))\\b.{0,20}\\bcan\\b.{0,20}\\b(?:see|open|log|sign|work|use|get|access|start)',
  `(?:we|i|(?:the |our |my )?(?:team|crew|crews|office|work|operations?|business|(?:payroll|invoicing|billing|dispatch)(?: run)?))(?:'re|'m| are| am| is) ${FULLY}(?:blocked|stuck|stopped|idle|on hold)`,
  'block(?:s|ing) (?:us|me|our|my)',
  'blocker',
  'show ?stopper',
  'down for (?:us|everyone|all)',
  '(?:losing|(?:we|i) (?:lose|are losing)) (?:money|bookings|customers|clients|jobs|sales|orders|revenue)',
  'on hold because',
  'wir können (?:gar )?nicht(?:s)? (?:mehr )?(?:arbeiten|tun)|(?:nichts|gar nichts) (?:geht|funktioniert) mehr|(?:alles|das ganze system|das system) (?:steht|ist ausgefallen)|plus rien ne (?:marche|fonctionne)|tout est (?:bloqué|en panne)|on ne peut plus (?:travailler|rien faire)|nous sommes bloqués|no podemos trabajar|nada funciona|todo está (?:parado|caído|bloqueado)',
);
/** Somebody asks how it would be, or speaks of other people's access. */
const SUPPOSED =
  /^(?:so |and |but |hi |hello )*(?:how (?:to|do|does|can|could|should)|what (?:happens|if)|is (?:it|there)|can (?:i|we|you)|could (?:i|we|you)|do(?:es)?|why)\b|\b(?:if|in case|whenever|who|so (?:that )?(?:they|he|she|people|users)|to (?:stop|prevent|avoid|make sure))\b|\bwhen (?:an? |the |our |my )?(?:users?|customers?|clients?|people|somebody|someone|they)\b|\b(?:not|no|nobody is|isn't|aren't|no longer)\b.{0,15}\b(?:block\w*|stuck|locked out|show ?stopper)/i;

/** Whether the customer says that their work stands still; not where they suppose it, or wave it aside. */
export function saysBlocked(text: string): boolean {
  return sentences(plain(text)).some(
    (sentence) =>
      !wavesAside(sentence) &&
      sentence
        .split(/[,;:]\s|\s[–—-]\s/)
        .some((clause) => STANDSTILL.test(clause) && !SUPPOSED.test(clause.trim())),
  );
}

const CONTRACT = '(?:subscription|account|plan|contract|membership|service|workspace|licen[cs]es?)';
const LEAVING = any(
  `(?:cancel(?:l?ing|lation)?|terminat\\w+|end(?:ing)?|clos(?:e|ing)|quit(?:ting)?)(?: of)? (?:my|our|the|this|your) (?:\\w+ )?${CONTRACT}`,
  'cancel (?:everything|immediately|with you|at the end)',
  "(?:we|i)(?:'ll| will|'re| are|'m| am| have|'ve)?(?: \\w+){0,3} (?:cancel|leave|leaving|quit|switch away)(?=[.,;!?]| (?:you|at the end|for good|if|unless|and)|$)",
  '(?:thinking|think) (?:of|about) (?:leaving|cancell?ing|switching)',
  '(?:leav(?:e|ing)|quit(?:ting)?) (?:you|your)',
  '(?:switch|mov|go)\\w* (?:to|over to|away to) (?:a |an |your |the |another )*(?:competit\\w+|other (?:provider|software|tool|vendor)|provider|vendor)',
  'switch(?:ing)? (?:away|providers?)',
  '(?:mov|look)(?:e|ing) elsewhere',
  '(?:look|search|evaluat|compar|test)\\w* (?:at |for |other |some |an? |possible )*(?:alternatives?|competitors?|other (?:tools?|providers?|vendors?))',
  "(?:not|won't|n't)(?: be| going to| want to)? renew\\w*",
  'stop (?:paying|using (?:you|your|this|it))',
  'last straw',
  "(?:one more|another|if|unless|next time)\\b.{0,80}\\b(?:we|i)(?:'re| are|'m| am|'ll be| will be| will go| go) (?:gone|out(?! of)|off|leaving|elsewhere)",
  'tak(?:e|ing) (?:our|my) (?:business|custom|money) (?:elsewhere|away|to)',
  "(?:not|won't|n't)(?: \\w+){0,3} (?:stay(?:ing)?|continu(?:e|ing)|go(?:ing)? on) with you",
  `(?:not|won't|n't)(?: \\w+){0,2} (?:extend|prolong|continu)\\w* (?:our|my|the|this|your) ${CONTRACT}`,
  'regret(?:ted)?(?: \\w+)? (?:sign(?:ing|ed)|buying|choosing|switching|moving)',
  `notice period|(?:give|gave|giving|given) (?:you )?(?:our |my )?notice|(?:our|my) notice (?:of|to|for) (?:cancel|terminat)\\w*`,
  "(?:board|boss|management|company|ceo|owner|team|we|i)(?: have| has|'ve)? (?:decided|want|wants|plan|plans|planning|going)\\b.{0,20}\\bto (?:cancel|(?:switch|change) (?:provider|vendor|tool|software|system)s?|drop (?:you|crew|your|it))",
  'competitors? (?:\\w+ ){0,2}(?:offers?|gives?|charges?|does|do|has|have)',
  'worth (?:the money|the price|paying|what we pay|it any ?more)',
  '(?:barely|hardly|never|rarely) (?:even )?us(?:e|ing) (?:it|you|this)',
  '(?:done|finished|through) with (?:you|this (?:company|app|software|service|tool))',
);

/** Whether the customer speaks of ending the contract or going to somebody else. */
export function speaksOfLeaving(text: string): boolean {
  return LEAVING.test(plain(text));
}

const STAFF =
  '(?:seats?|users?|logins?|accounts?|licen[cs]es?|technicians?|crews?|people|employees|staff|vans?|trucks?|drivers?|dispatchers?|colleagues|team members)';
const GROWING = any(
  `(?:more|additional|extra) ${STAFF}`,
  `(?:\\d+|two|three|four|five|six|ten|a few|several) (?:more|additional|extra|new) ${STAFF}`,
  `from \\d+ to \\d+ ${STAFF}`,
  `add(?:ing)? (?:another|\\d+|a second|a few|several)(?: more| new)? ${STAFF}`,
  `(?:order|buy|purchase) (?:\\d+ |some |more )*${STAFF}`,
  '(?<!(?:since|after|following) (?:the |we |our |i )?)upgrad(?:e|ing) (?!(?:to )?(?:version|v?\\d|ios|android|windows|the app))(?:to|our|my|plans?|from)',
  '(?:want|like|need|plan\\w*|how (?:do|can) (?:i|we)) to upgrade',
  '(?:move|moving|switch|switching|change|changing|go|going|interested|price|cost|quote|costs?|much)\\b.{0,30}\\b(?:higher|bigger|larger|next|business|enterprise|pro|premium|annual)(?: plan| tier| billing)',
  '(?:new|second|third|another) (?:branch|office|location|depot|subsidiary|site)(?! (?:name|address))',
  "(?:we|we're|we are|we've|we have|i am|i'm)(?: \\w+){0,2} (?:hiring|hired|growing|expanding)",
  'roll(?:ing)? (?:it |this |you )?out to',
  '(?:open(?:ing|ed)?|start(?:ing|ed)?) (?:a|an|our|another|one more)(?: new| second| third)? (?:branch|office|location|depot|subsidiary|site|store|shop)',
  '(?:acquir(?:ed|ing)|t(?:ook|aking) over|(?:bought|buying|merg(?:ed|ing) with) (?:another|a second)) (?:another |a |an )?(?:\\w+ )?(?:firm|company|business|competitor)',
  'outgrow(?:n|ing)?',
  '(?:team|company|crew|business|headcount)(?: has| have| is| are)?(?: nearly| almost)? (?:doubled|tripled|doubling|grown|growing|grew)',
  `(?:discount|price|quote|offer|deal)\\b.{0,30}\\b(?:if (?:we|i) (?:take|buy|add|order|go)|for) \\d+ ${STAFF}`,
  '(?:which|what) (?:plan|tier|package) (?:fits|suits|do (?:we|i) need|would (?:we|i)|should (?:we|i)|is (?:best|right))',
  'interested in (?:the |your |an? )?(?:\\w+ )?(?:plan|tier|package|add-?on|upgrade|edition|licen[cs]es?|access)s?',
  'on top of (?:our|my|the) (?:current |present )?plan',
  '(?:quote|price|pricing|offer|demo) (?:for|of|on) (?:the |your )?(?:enterprise|business|premium|pro|next|bigger|higher)',
  `(?:bring|tak)ing on (?:\\d+|two|three|four|five|six|ten|several|new|more) (?:\\w+ )?${STAFF}`,
);

/** Whether the customer may want more: seats, a higher plan, another office. */
export function speaksOfGrowing(text: string): boolean {
  return GROWING.test(plain(text));
}
