// Words of ours in the language of who gets them: our own, else the language model's, else English, and what a person should know of it.
import { languageName } from '../model/text.ts';
import type { FlowDeps } from './deps.ts';

export interface Worded<Texts> {
  /** ISO 639-1 of what was written: theirs, or `en`. */
  language: string;
  texts: Texts;
  /** What a person should know of it before it leaves; null where the words are our own. */
  remark: string | null;
}

/** `own` answers our words in a language, `english` those that everybody gets otherwise. Asks outside of any transaction. */
export async function inTheirLanguage<Texts extends Record<string, string>>(
  { writer }: Pick<FlowDeps, 'writer'>,
  language: string,
  { own, english }: { own: Texts | null; english: Texts },
): Promise<Worded<Texts>> {
  if (own) return { language, texts: own, remark: null };
  const name = languageName(language);
  const texts = await writer?.translate(language, english);
  if (texts) return { language, texts, remark: `Translated into ${name} by the language model.` };
  const why = writer
    ? 'the language model could not translate it'
    : 'no language model is set up that could translate it';
  return { language: 'en', texts: english, remark: `Who writes ${name} gets it in English, because ${why}.` };
}
