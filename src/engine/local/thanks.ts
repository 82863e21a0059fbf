// Tells whether a message only says thanks: such a message neither opens nor reopens a ticket.
import { plain } from './text.ts';

/** Longest message, in words, that can be nothing but thanks. */
const MAX_WORDS = 30;

/** Words of thanks, at least one of which must stand in the message. */
const THANKS =
  /(?<![\p{L}])(thanks?|thank\s*(?:you|u)|thx|thnx|tnx|ty|tysm|cheers|much appreciated|appreciate (?:it|that|the|your|you)|grateful|merci|danke(?:schön)?|vielen dank|dankeschön|gracias|obrigad[oa]|grazie|bedankt|dank (?:je|u)|tack|takk|tak|dziękuję|dzięki|kiitos|arigat[oō]u?|спасибо|дякую|ありがとう(?:ございます)?|谢谢|謝謝|감사합니다|شكرا)(?![\p{L}])/iu;
/** Short messages that close a matter without the word. */
const CLOSING =
  /^(?:(?:perfect|(?:ok(?:ay)?|great|super|brilliant|excellent|awesome)[\s,.!]+(?:it |that )?works?|got it|solved|sorted|fixed|all good(?: now| here)?|(?:it |that )?works?(?: now| again| fine)?|working(?: now| again)?|that (?:did it|worked|helped|fixed it|solved it)|you(?:'re| are) the best|perfekt|parfait|perfecto|erledigt)[\s,.!:)]*)+$/iu;
// One class, since an emoji has several of these properties: as alternatives each would be tried, two to the power of emoji.
const HEART =
  /^(?:[\s!.❤\p{Emoji_Presentation}\p{Extended_Pictographic}\p{Emoji_Modifier}]|\u200D|\uFE0F)+$/u;
const KIND_EMOJI = /[👍🙏❤😊🙂😀😃😄🎉👏💯👌🥳😍🤗💙💚🙌✅]/u;

/** Anything that asks, complains or tells something new: then it is not only thanks. */
const ASKS =
  /[?？¿]|(?<![\p{L}'])(?:but|however|although|though|except|still|yet|unless|also|another|one more|please|pls|can (?:you|we|i)|could|would you|will you|how|what|when|where|why|who|which|need|want|wish|help me|let me know|tell me|send|wait(?:ing)?|problem|issue|error|bug|broken|fail(?:s|ed|ing)?|wrong|doesn'?t|don'?t|didn'?t|can'?t|cannot|won'?t|isn'?t|not|never|no longer|nothing|unfortunately|sadly|cancel|refund|invoice|charge[ds]?|advance|in advance|anyway|for nothing|no thanks|thanks to you|aber|jedoch|noch|nicht|kein\w*|bitte|wann|wie|warum|mais|pas|encore|comment|quand|pero|todavía|cómo|cuándo|por favor|niet|maar|non|ma|però|mas|não|ainda)(?![\p{L}])/iu;
const NUMBERS = /\d{3,}|https?:|@/;

/**
 * True only when the message thanks or confirms and asks for nothing; when in doubt, false.
 * Pure; English, German, French, Spanish, Portuguese, Italian, Dutch, Nordic, Slavic and East Asian thanks.
 */
export function isThanks(text: string): boolean {
  if (text.length > 400) return false;
  const said = plain(text)
    .replace(/\b(?:no problem(?:s)? (?:now|any ?more)|not bad|no worries|couldn'?t be happier)\b/gi, ' ')
    .replace(/^(?:hi|hello|hey|dear)\b[^,!.\n]{0,30}[,!.\n]/i, ' ')
    .trim();
  if (said === '') return false;
  if (HEART.test(said)) return KIND_EMOJI.test(said);
  const words = said.match(/[\p{L}\p{N}']+/gu)?.length ?? 0;
  if (words === 0 || words > MAX_WORDS) return false;
  if (ASKS.test(said) || NUMBERS.test(said)) return false;
  return THANKS.test(said) || CLOSING.test(said);
}
