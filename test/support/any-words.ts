// What anybody might write anywhere: emoji, right-to-left, endless, markup and mentions of every platform, nothing at all.
import fc from 'fast-check';
import { anyCharacter } from './any-character.ts';

const EMOJI = ['🙂', '👩‍👩‍👧‍👦', '🏳️‍🌈', '🇫🇷', '🙂‍↔️', '1️⃣'];
const RIGHT_TO_LEFT = [
  'مرحبا، لا أستطيع الدخول',
  'שלום, איך נכנסים?',
  '\u202egnp.tsal\u202c',
  '\u2067هنا\u2069',
];
const MARKUP = [
  '*b* _i_ ~s~ `c` ||d||',
  '```\ncode\n```',
  '> q\n# h\n- l\n1. n\n-# s',
  '[x](https://evil.example)',
  '<https://evil.example|bank>',
  '<b onclick="x()">&amp;</b>',
  '{{DATE(2020-01-01,SHORT)}}',
  '<!date^0^x|y>',
  '<t:0:R>',
  ':wave:',
  'a | b\n--|--',
  '"\\',
];
const MENTIONS = [
  '@everyone ',
  '@here ',
  '<!channel>',
  '<!here>',
  '<@U024BE7LH>',
  '<#C024BE7LR>',
  '<!subteam^S012>',
  '<@123456789012345678>',
  '<@&42>',
  '</ban:7>',
  '<at>Ana</at>',
];
const NOTHING = [
  '',
  ' ',
  '\n',
  '\u0000',
  '\u2060',
  'null',
  'undefined',
  'NaN',
  '[object Object]',
  '{}',
  '-1',
];

/** A little of everything that platforms read as more than words. */
export const HOSTILE = [...MENTIONS, ...MARKUP, ...EMOJI, ...RIGHT_TO_LEFT].join(' ');

/** Most characters of one text. */
const LONGEST = 50_000;

/** Made once, since drawing fifty thousand characters takes longer than drawing a card of them. */
const ENDLESS = ['x', ' ', '🙂', 'ش', '<!channel>', '@everyone ', '&', '\n', 'word ', `${HOSTILE}\n\n`].map(
  (unit) => unit.repeat(Math.ceil((LONGEST + 100) / unit.length)),
);

const endless = fc
  .tuple(
    fc.constantFrom(...ENDLESS),
    fc.nat({ max: 100 }),
    fc.oneof(fc.constant(LONGEST), fc.integer({ min: 1, max: LONGEST })),
  )
  .map(([text, from, length]) => text.slice(from, from + length));

const pieces = fc
  .array(fc.constantFrom(...EMOJI, ...RIGHT_TO_LEFT, ...MARKUP, ...MENTIONS, ' ', 'Hello'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((all) => all.join(''));

/** Any words. A card has a hundred texts, so one in forty makes most cards endless somewhere. */
export const words: fc.Arbitrary<string> = fc.oneof(
  { weight: 13, arbitrary: fc.string({ unit: anyCharacter, maxLength: 200 }) },
  { weight: 13, arbitrary: pieces },
  { weight: 7, arbitrary: fc.constantFrom(...NOTHING) },
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 80 }) },
  { weight: 1, arbitrary: endless },
);

/** What is among these texts, by the words in which it is promised that none of it does harm. */
export function kindsOf(texts: string[]): string[] {
  const holds = (...some: string[]) => texts.some((text) => some.some((one) => text.includes(one)));
  const kinds: Record<string, boolean> = {
    emoji: texts.some((text) => /\p{Emoji_Presentation}/u.test(text)),
    'right-to-left text': texts.some((text) => /[\u0590-\u08ff]/.test(text)),
    '50,000 characters': texts.some((text) => text.length === LONGEST),
    Markdown: holds(...MARKUP.slice(0, 4)),
    mentions: holds(...MENTIONS),
    'null-like values': texts.some((text) => NOTHING.includes(text)),
  };
  return Object.keys(kinds).filter((kind) => kinds[kind]);
}
