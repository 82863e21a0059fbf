// Rewrites of a draft that need no language model: shorter, warmer, more formal, offer a call.
import type { Rewrite } from '../../model/card.ts';
import { AppError } from '../../model/errors.ts';
import { languageName } from '../../model/text.ts';
import { ENGLISH, PHRASES, type Phrases, paragraphs } from './phrases.ts';
import { sentences } from './text.ts';

/** Null where it cannot be done in the language, whose phrases are null for one that we do not write. */
type Change = (blocks: Blocks, phrases: Phrases | null) => Blocks | null;

interface Blocks {
  greeting: string;
  body: string[];
  signature: string;
}

function isSteps(block: string): boolean {
  return /^[ \t]*(?:\d+[.)]|[-•])\s/m.test(block);
}

/** What begins a paragraph that a reply can do without. */
const BESIDES = Object.values(PHRASES)
  .flatMap(({ tip, otherwise, more, thanks }) => [tip, otherwise, more('').trim(), thanks])
  .concat('Thank you for');

const shorter: Change = (blocks) => {
  const essential = blocks.body.filter((block) => !BESIDES.some((words) => block.startsWith(words)));
  const body = (essential.length ? essential : blocks.body).map((block) => {
    if (isSteps(block)) return block;
    const said = sentences(block);
    return said.slice(0, Math.max(1, Math.ceil(said.length * 0.6))).join(' ');
  });
  return { ...blocks, body };
};

function has({ body }: Blocks, words: string): boolean {
  return body.includes(words);
}

const apologetic: Change = (blocks, phrases) =>
  phrases && (has(blocks, phrases.apology) ? blocks : { ...blocks, body: [phrases.apology, ...blocks.body] });

const callOffered: Change = (blocks, phrases) =>
  phrases && (has(blocks, phrases.call) ? blocks : { ...blocks, body: [...blocks.body, phrases.call] });

/** Says that one may just reply, as a team's own closing may. */
const INVITES = /\bjust reply\b|\bantworten Sie\b|\brépondez\b|\bresponda\b/i;

const warmer: Change = (blocks, phrases) =>
  phrases && {
    ...blocks,
    body: [
      ...(has(blocks, phrases.thanks) ? [] : [phrases.thanks]),
      ...blocks.body,
      ...(blocks.body.some((block) => INVITES.test(block)) ? [] : [phrases.welcome]),
    ],
  };

const CONTRACTIONS: [RegExp, string][] = [
  [/\bcan't\b/g, 'cannot'], [/\bwon't\b/g, 'will not'], [/n't\b/g, ' not'], [/\bI'm\b/g, 'I am'], [/'re\b/g, ' are'],
  [/'ve\b/g, ' have'], [/'ll\b/g, ' will'], [/\b(it|that|here|there|what)'s\b/gi, '$1 is'],
]; // biome-ignore format: one table

/** English without its short forms: "can't" is "cannot". */
export function writtenOut(text: string): string {
  return CONTRACTIONS.reduce((words, [from, to]) => words.replace(from, to), text.replace(/’/g, "'"));
}

const formal: Change = ({ greeting, body, signature }, phrases) =>
  phrases === ENGLISH
    ? {
        greeting: greeting.replace(/^(?:Hi|Hello|Hey)\b/, 'Dear').replace(/^Dear,/, 'Dear customer,'),
        body: body.map(writtenOut),
        signature: signature.replace(/^(?:Best|Cheers|Thanks),/, 'Kind regards,'),
      }
    : null;

/** The words an instruction may have, and what they do; first match wins for each part of an instruction. */
const REWRITES: [RegExp, Change][] = [
  [/\b(?:short(?:er|en)?|brief(?:er)?|concise|less text|trim)\b/i, shorter],
  [/\b(?:apolog\w+|sorry|empath\w+|understanding)\b/i, apologetic],
  [/\b(?:warm(?:er)?|friendl\w+|nicer|kinder|softer|personal)\b/i, warmer],
  [/\b(?:formal|polite|professional|business[- ]?like)\b/i, formal],
  [/\b(?:(?:phone )?call(?:[- ]?back)?|phone|talk|meeting)\b/i, callOffered],
]; // biome-ignore format: one a line

/** Words in an instruction that mean nothing by themselves. */
const FILLER =
  /\b(?:please|pls|make|keep|write|give|say|it|this|that|the|an?|one|some|bit|tad|little|slightly|somewhat|rather|much|more|less|very|really|quite|and|also|too|be|sound|sounding|tone|style|wording|way|reply|answer|message|text|draft|version|in|of|for|to|with|offer|them|him|her|customer)\b|[.,;:!?&+“”"'’-]/gi;

function takeBlocks(text: string, signature: string): Blocks {
  const signed = signature.trim();
  const unsigned = signed && text.trimEnd().endsWith(signed) ? text.trimEnd().slice(0, -signed.length) : text;
  const blocks = unsigned
    .split(/\n{2,}/)
    .map((block) => block.trim())
    .filter(Boolean);
  const hasGreeting = /^[^\n.?!]{1,60}[,:]$/.test(blocks[0] ?? '');
  return {
    greeting: hasGreeting ? (blocks[0] ?? '') : '',
    body: hasGreeting ? blocks.slice(1) : blocks,
    signature: unsigned === text ? '' : signed,
  };
}

/** Those of the quick rewrites that need no more to be known than the draft says. */
export const QUICK_REWRITES: readonly Rewrite[] = ['Shorter', 'Friendlier', 'More formal'];

/** What can be asked for, in words for the person who asked. */
export const CAN_REWRITE = 'shorter, warmer, more apologetic, more formal, or offer a call';

/**
 * Applies what agents asked for to a draft in `language`. Throws `cannot_rewrite` with words for the agent when any part
 * of an instruction needs a language model; nothing is applied then.
 */
export function rewrite(text: string, instructions: string[], signature: string, language = 'en'): string {
  const phrases = PHRASES[language] ?? null;
  let blocks = takeBlocks(text, signature);
  for (const instruction of instructions) {
    for (const part of instruction
      .split(/[,;]|\band\b/i)
      .map((p) => p.trim())
      .filter(Boolean)) {
      const found = REWRITES.filter(([pattern]) => pattern.test(part));
      const rest = found.reduce(
        (words, [pattern]) => words.replace(new RegExp(pattern.source, 'gi'), ' '),
        part,
      );
      const foreign = rest.replace(FILLER, ' ').trim();
      const opposite = /\b(?:less|not|no|don'?t)\b/i.test(part);
      if (!found.length || opposite || foreign)
        throw new AppError(
          'cannot_rewrite',
          `Without a language model a draft can be made ${CAN_REWRITE}. “${part.slice(0, 80)}” needs one, or your own words: use Edit.`,
        );
      for (const [, apply] of found) {
        const changed = apply(blocks, phrases);
        if (!changed)
          throw new AppError(
            'cannot_rewrite',
            `Without a language model “${part.slice(0, 80)}” cannot be done to a draft in ${languageName(language)}: use Edit.`,
          );
        blocks = changed;
      }
    }
  }
  return paragraphs([blocks.greeting, ...blocks.body, signature.trim() ? signature : '']);
}
