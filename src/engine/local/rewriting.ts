// Rewrites of a draft that need no language model: shorter, warmer, more formal, offer a call.
import type { Rewrite } from '../../model/card.ts';
import { AppError } from '../../model/errors.ts';
import { paragraphs } from './phrases.ts';
import { sentences } from './text.ts';

type Change = (blocks: Blocks) => Blocks;

interface Blocks {
  greeting: string;
  body: string[];
  signature: string;
}

const CALL =
  'If you would rather talk it through, tell me when it suits you and a colleague will look at arranging a call.';
const WARM_OPENING = 'Thank you for getting in touch about this.';
const APOLOGY = 'I am sorry for the trouble this has caused you.';
const WARM_CLOSING = 'If anything is unclear, just reply to this message and we will gladly help.';

function isSteps(block: string): boolean {
  return /^[ \t]*(?:\d+[.)]|[-•])\s/m.test(block);
}

const shorter: Change = (blocks) => {
  const essential = blocks.body.filter(
    (block) => !/^(?:Good to know|If that does not work|Thank you for|More on this)/i.test(block),
  );
  const body = (essential.length ? essential : blocks.body).map((block) => {
    if (isSteps(block)) return block;
    const said = sentences(block);
    return said.slice(0, Math.max(1, Math.ceil(said.length * 0.6))).join(' ');
  });
  return { ...blocks, body };
};

function withOpening(words: string): Change {
  return (blocks) => (blocks.body.includes(words) ? blocks : { ...blocks, body: [words, ...blocks.body] });
}

function withClosing(words: string): Change {
  return (blocks) => (blocks.body.includes(words) ? blocks : { ...blocks, body: [...blocks.body, words] });
}

const warmer: Change = (blocks) => withClosing(WARM_CLOSING)(withOpening(WARM_OPENING)(blocks));

const CONTRACTIONS: [RegExp, string][] = [
  [/\bcan't\b/g, 'cannot'], [/\bwon't\b/g, 'will not'], [/n't\b/g, ' not'], [/\bI'm\b/g, 'I am'], [/'re\b/g, ' are'],
  [/'ve\b/g, ' have'], [/'ll\b/g, ' will'], [/\b(it|that|here|there|what)'s\b/gi, '$1 is'],
]; // biome-ignore format: one table

/** English without its short forms: "can't" is "cannot". */
export function writtenOut(text: string): string {
  return CONTRACTIONS.reduce((words, [from, to]) => words.replace(from, to), text.replace(/’/g, "'"));
}

const formal: Change = ({ greeting, body, signature }) => ({
  greeting: greeting.replace(/^(?:Hi|Hello|Hey)\b/, 'Dear').replace(/^Dear,/, 'Dear customer,'),
  body: body.map(writtenOut),
  signature: signature.replace(/^(?:Best|Cheers|Thanks),/, 'Kind regards,'),
});

/** The words an instruction may have, and what they do; first match wins for each part of an instruction. */
const REWRITES: [RegExp, Change][] = [
  [/\b(?:short(?:er|en)?|brief(?:er)?|concise|less text|trim)\b/i, shorter],
  [/\b(?:apolog\w+|sorry|empath\w+|understanding)\b/i, withOpening(APOLOGY)],
  [/\b(?:warm(?:er)?|friendl\w+|nicer|kinder|softer|personal)\b/i, warmer],
  [/\b(?:formal|polite|professional|business[- ]?like)\b/i, formal],
  [/\b(?:call|phone|talk|meeting)\b/i, withClosing(CALL)],
]; // biome-ignore format: one a line

/** Words in an instruction that mean nothing by themselves. */
const FILLER =
  /\b(?:please|pls|make|it|this|that|the|a|an|bit|little|much|more|less|and|also|be|sound|tone|reply|draft|version|with|offer|them|him|her|to|much|very|customer)\b|[.,;!&+]/gi;

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
 * Applies what agents asked for to a draft. Throws `cannot_rewrite` with words for the agent when any part of
 * an instruction needs a language model; nothing is applied then.
 */
export function rewrite(text: string, instructions: string[], signature: string): string {
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
      if (!found.length || opposite || foreign.split(/\s+/).filter(Boolean).length > 1)
        throw new AppError(
          'cannot_rewrite',
          `Without a language model a draft can be made ${CAN_REWRITE}. “${part.slice(0, 80)}” needs one, or your own words: use Edit.`,
        );
      for (const [, apply] of found) blocks = apply(blocks);
    }
  }
  return paragraphs([blocks.greeting, ...blocks.body, signature.trim() ? signature : '']);
}
