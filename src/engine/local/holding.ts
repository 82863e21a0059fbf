// The reply when nothing we know answers: what was understood, what is missing, and no promise.
import type { Analysis } from '../../model/analysis.ts';
import { listed } from './phrases.ts';
import { saysTooLittle } from './questions.ts';
import { wordCount } from './text.ts';

/** Fewer words say too little to look at: we ask. */
const SAYS_LITTLE = 3;

const ASKS_BACK = [
  'Thank you for your message.',
  'Could you tell us a little more: what would you like to do, and what happens instead?',
];

/** The facts of a message as short lines for people. */
export function understood(analysis: Analysis): string[] {
  const { bug, references, deadline } = analysis;
  const asked = analysis.questions.length > 1 ? analysis.questions : [analysis.summary];
  const lines = asked.map((line) => line.replace(/\s+/g, ' ').slice(0, 160)).filter(Boolean);
  if (bug.codes.length || bug.exceptions.length)
    lines.push(`Error: ${listed([...bug.codes, ...bug.exceptions].slice(0, 4))}`);
  if (bug.endpoints.length) lines.push(`Where: ${listed(bug.endpoints.slice(0, 3))}`);
  if (bug.versions.length) lines.push(`Version: ${listed(bug.versions.slice(0, 3))}`);
  for (const { type, value } of references.slice(0, 3))
    lines.push(`${type.charAt(0).toUpperCase()}${type.slice(1)}: ${value}`);
  if (deadline) lines.push(`Time limit: ${deadline}`);
  return lines;
}

/** Signs that the customer has told already what we would ask for. */
const QUOTES_ERROR =
  /["“„«'‘][^"“”„«»'‘’\n]{6,}["”“»'’]|\b(?:screen ?shots?|attached|(?:it|which|that) (?:says|said|reads))\b/i;
const TELLS_ACT =
  /\b(?:when(?:ever)?|while|after|as soon as|every time|before) (?:i|we|you|they|he|she|somebody|someone)\b|\b(?:tr(?:y|ied|ying) to|click(?:ed|ing)?|tapp?(?:ed|ing)?|press(?:ed|ing)?|upload(?:ed|ing)?|log(?:ged|ging)? in)\b/i;
const NAMES_DEVICE =
  /\b(?:chrome|firefox|safari|edge|opera|browsers?|iphones?|ipads?|ios|android|pixel|samsung|galaxy|windows|mac(?:book|os)?|linux|laptops?|tablets?|phones?|desktop)\b/i;
const TELLS_WHEN =
  /\b(?:since|yesterday|today|tonight|(?:this|last) (?:morning|afternoon|evening|night|week|month)|morning|(?:mon|tues|wednes|thurs|fri|satur|sun)day|after|ago|hours?|minutes|update|o'clock|\d{1,2}:\d\d)\b/i;

/** What a fault report lacks, in words for the customer; at most three things. */
function missing({ bug }: Analysis, said: string): string[] {
  const wanted: string[] = [];
  if (!bug.codes.length && !bug.exceptions.length && !QUOTES_ERROR.test(said))
    wanted.push('the exact words of the error, or a screenshot');
  if (!bug.steps.length && !TELLS_ACT.test(said)) wanted.push('what you did just before');
  if (!bug.versions.length && !bug.endpoints.length && !NAMES_DEVICE.test(said))
    wanted.push('which browser or device you use');
  if (!TELLS_WHEN.test(said)) wanted.push('when it started');
  return wanted.slice(0, 3);
}

/**
 * Paragraphs of a holding reply; `said` is all that the customer wrote, `agreed` the team's own words for handing such a
 * matter to a person. Promises nothing but that a colleague will look at it.
 */
export function holdingReply(analysis: Analysis, said: string, agreed?: string[]): string[] {
  if (analysis.language === 'und')
    return [
      'Thank you for your message. There are no words in it that tell us what you need.',
      'Could you write in a sentence or two what we can help you with?',
    ];
  if (saysTooLittle(said)) return ASKS_BACK;
  if (agreed && analysis.injection <= 0.5 && analysis.spam <= 0.5) return agreed;
  // Words that try to command us, or to sell, are not repeated under our name.
  const facts = analysis.injection > 0.5 || analysis.spam > 0.5 ? [] : understood(analysis);
  const noted = facts.length
    ? [`This is what I have noted:\n${facts.map((fact) => `- ${fact}`).join('\n')}`]
    : [];
  const handed = [...noted, 'A colleague will look at it.'];
  if (analysis.kind === 'bug') {
    const wanted = missing(analysis, said);
    return [
      'Thank you for telling us, and I am sorry for the trouble.',
      ...handed,
      ...(wanted.length ? [`If you can, please tell us ${listed(wanted)}.`] : []),
    ];
  }
  if (analysis.kind === 'feature_request') return ['Thank you for the suggestion.', ...handed];
  if (wordCount(said) < SAYS_LITTLE) return ASKS_BACK;
  const opening = analysis.frustration > 0.6 ? 'I am sorry for the trouble.' : 'Thank you for your message.';
  return [opening, ...handed];
}
