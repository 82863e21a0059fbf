// Hides personal data from a language model: placeholders before a call, the real values back afterwards.
import { PERSONAL_KINDS, replacePersonal } from '../../model/personal.ts';

const KIND = PERSONAL_KINDS.join('|');
/**
 * A placeholder as models give it back: with both brackets in any case and with `_`, a space, a hyphen or nothing
 * before the number; or bare or half bracketed, then with the `_`, which markdown or JSON may have escaped.
 */
const PLACEHOLDER = new RegExp(
  `\\[\\s*(${KIND})\\s*(?:\\\\{0,2}_|[ -])?\\s*(\\d{1,6})\\s*\\]|\\[?(?<![\\p{L}\\p{N}_])(${KIND})\\\\{0,2}_(\\d{1,6})(?![\\p{L}\\p{N}_])\\]?`,
  'giu',
);

/** What may become one of these once what stands beside it is hidden. */
const NEARLY = new RegExp(`(${KIND})(?:\\\\{0,2}_|[ -])?\\s*(\\d{1,6})`, 'giu');

export interface Hidden {
  /** In the order given, with placeholders such as `[EMAIL_1]`. */
  texts: string[];
  /** Puts the values back, also inside JSON text. Placeholders that this call did not make stay as they are. */
  restore(text: string): string;
}

/**
 * Replaces e-mail addresses, phone and card numbers, IBANs, secrets and public IP addresses. One value has one
 * placeholder in all texts of the call. Numbers that a customer typed as a placeholder are never given out, so that
 * such words are restored to nothing.
 */
export function hidePersonal(texts: string[]): Hidden {
  const typed = new Set(texts.flatMap((text) => [...text.matchAll(NEARLY)].map(nameOf)));
  const names = new Map<string, string>();
  const values = new Map<string, string>();
  const numbers = new Map<string, number>();
  const hidden = texts.map((text) =>
    replacePersonal(text, ({ kind, value }) => {
      const known = names.get(`${kind} ${value}`);
      if (known) return `[${known}]`;
      let number = numbers.get(kind) ?? 0;
      do number += 1;
      while (typed.has(`${kind}_${number}`));
      numbers.set(kind, number);
      const name = `${kind}_${number}`;
      names.set(`${kind} ${value}`, name);
      values.set(name, value);
      return `[${name}]`;
    }),
  );
  return {
    texts: hidden,
    restore: (text) =>
      text.replace(PLACEHOLDER, (whole: string, ...groups: (string | undefined)[]) => {
        return values.get(nameOf([whole, ...groups])) ?? whole;
      }),
  };
}

/** `EMAIL_1` of a match, whatever the model made of it. */
function nameOf([, kind, number, bareKind, bareNumber]: (string | undefined)[]): string {
  return `${(kind ?? bareKind ?? '').toUpperCase()}_${Number(number ?? bareNumber)}`;
}
