// Makes a draft sound as its team wants, in code, whichever engine wrote it.
import type { Tone } from '../model/tone.ts';
import { firstName, paragraphs, phrasesIn } from './local/phrases.ts';
import { writtenOut } from './local/rewriting.ts';

const EMOJI = /[ \t]*\p{RGI_Emoji}/gv;

interface Toned {
  tone: Tone;
  language: string;
  customerName: string | null;
  signature: string;
}

/** The greeting of a draft in this tone. */
export function greetingOf({ tone, language, customerName }: Omit<Toned, 'signature'>): string {
  const phrases = phrasesIn(language);
  const name = firstName(customerName);
  return tone.formality === 'formal' ? phrases.formal(name) : phrases.greeting(name);
}

/** The draft with the greeting, forms and closing of the tone; its signature stays as it is. Pure. */
export function applyTone(text: string, toned: Toned): string {
  const { tone, language, customerName } = toned;
  const signature = toned.signature.trim();
  const signed = signature !== '' && text.trimEnd().endsWith(signature);
  let body = (signed ? text.trimEnd().slice(0, -signature.length) : text).trim();
  const usual = phrasesIn(language).greeting(firstName(customerName));
  if (body.startsWith(usual)) body = greetingOf(toned) + body.slice(usual.length);
  if (tone.formality === 'formal' && language === 'en') body = writtenOut(body);
  if (!tone.emoji) body = body.replace(EMOJI, '');
  const closing = language === 'en' && !body.includes(tone.closing) ? tone.closing : '';
  return paragraphs([body, closing, signed && signature]);
}
