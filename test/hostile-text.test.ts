// No text that anybody writes stops the bot: whatever reads words takes time in proportion to their number.
import { describe, it } from 'vitest';
import { hostileTexts } from './support/hostile-shapes.ts';
import { READERS } from './support/text-readers.ts';

/** One step for each pair of characters would take minutes; each of these takes a second at most. */
const LENGTH = 100_000;
const TEXTS = [...hostileTexts(LENGTH)];

describe('100,000 characters of any shape are read to their end by', () => {
  it.each(Object.entries(READERS))('%s', { timeout: 60_000 }, (_name, read) => {
    for (const [shape, text] of TEXTS)
      try {
        read(text);
      } catch (cause) {
        throw new Error(`fails on ${shape}`, { cause });
      }
  });
});
