// Customer text as it may be stored and shown: no control characters, no direction overrides, no broken Unicode.

// C0 and C1 controls except tab and newline, the byte order mark, and the bidirectional overrides that make
// text read differently from what it is (Trojan Source, CVE-2021-42574).
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what is removed.
const UNWANTED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufeff\u202a-\u202e\u2066-\u2069]/g;

/** Text with `\n` line ends and without control characters (PostgreSQL takes no NUL); lone surrogates become U+FFFD. */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(UNWANTED, '')
    .toWellFormed();
}

/** The same on one line, at most `max` characters: for subjects, names and file names. */
export function cleanLine(text: string, max: number): string {
  return cleanText(text).replace(/\s+/g, ' ').trim().slice(0, max).toWellFormed();
}

/** A step as somebody lists it, without its bullet, its number or the word before it. */
export function stepWords(line: string): string {
  return line.trim().replace(/^(?:(?:\d{1,2}[.)]|[-*•]|steps?:)\s*)+/i, '');
}

/** `German` of `de`; a code that is none stays, on one line and short. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(code) ?? code;
  } catch {
    return cleanLine(code, 10);
  }
}
