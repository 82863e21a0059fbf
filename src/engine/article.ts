// Reads a knowledge article or a macro: Markdown with YAML front matter.
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { errorText } from '../model/errors.ts';
import { cleanText } from '../model/text.ts';
import type { KnowledgeArticle } from '../ports.ts';
import { PLACEHOLDERS, placeholdersOf, takeMacroApart } from './local/macros.ts';

const articleFields = {
  title: z.string().min(1).optional(),
  url: z.url().optional(),
  category: z.string().optional(),
  plans: z.array(z.string()).default([]),
  language: z.string().default('en'),
  product: z.string().optional(),
};
const articleSchema = z.looseObject(articleFields);
const macroSchema = z.strictObject({
  ...articleFields,
  title: z.string().min(1).max(120),
  url: z.never().optional(),
  team: z.string().min(1).max(80).optional(),
  answer: z.enum(['customer', 'person']).default('customer'),
  source: z
    .union([z.url(), z.array(z.url()).max(5)])
    .default([])
    .transform((given) => (Array.isArray(given) ? given : [given])),
});

/** Characters of front matter; what reads YAML takes long over much more of a hostile kind. */
const LONGEST_HEAD = 5_000;

function articleOf(
  id: string,
  { url, category, plans, language, product }: z.infer<z.ZodObject<typeof articleFields>>,
  title: string,
  body: string,
): KnowledgeArticle {
  const of = { url: url ?? null, category: category ?? null, product: product ?? null };
  return { id, title, plans, language, ...of, body };
}

type Parsed = { article: KnowledgeArticle } | { reason: string };

/** The article, or why the file is none. Without a title in the front matter the first heading is taken. */
export function parseArticle(id: string, source: string): Parsed {
  const read = readFile(source, articleSchema);
  if ('reason' in read) return read;
  const { head, body } = read;
  if (head.title !== undefined) return { article: articleOf(id, head, head.title, body) };
  const heading = /^#\s+(.+)$/m.exec(body)?.[1];
  return { article: articleOf(id, head, heading ?? id, heading ? body.replace(/^#\s+.+\n*/m, '') : body) };
}

/** The macro, or what is wrong with the file, by field. */
export function parseMacro(id: string, source: string): Parsed {
  const read = readFile(source, macroSchema);
  if ('reason' in read) return read;
  const { title, team, answer, source: sources } = read.head;
  const article = {
    ...articleOf(id, read.head, title, read.body),
    macro: { team: team ?? null, sources, ...(answer === 'person' && { handsOver: true }) },
  };
  const { answers } = takeMacroApart(article);
  if (!answers.length) return { reason: 'the macro has no answer: write one below the front matter' };
  const unknown = answers.flatMap(({ text }) => placeholdersOf(text)).find((name) => !isKnown(name));
  if (unknown)
    return {
      reason: `{{${unknown}}} is no placeholder; there are ${PLACEHOLDERS.map((name) => `{{${name}}}`).join(', ')}, and \`{{…}}\` in code marks stays as it is`,
    };
  return { article };
}

const isKnown = (name: string) => PLACEHOLDERS.some((known) => known === name);

function readFile<Head>(
  source: string,
  schema: z.ZodType<Head>,
): { head: Head; body: string } | { reason: string } {
  const text = cleanText(source);
  const matched = /^---\n([\s\S]*?)\n---\n?/.exec(text);
  const body = text.slice(matched?.[0].length ?? 0).trim();
  if (matched && matched[0].length > LONGEST_HEAD)
    return { reason: `front matter: it has more than ${LONGEST_HEAD.toLocaleString('en')} characters` };
  let given: unknown = {};
  try {
    const document = parseDocument(matched?.[1] ?? '');
    if (document.errors[0]) return { reason: `front matter: ${document.errors[0].message.split('\n')[0]}` };
    given = document.toJS() ?? {};
  } catch (error) {
    return { reason: `front matter: ${errorText(error)}` };
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.');
    return { reason: `front matter: ${field ? `${field}: ` : ''}${issue?.message}` };
  }
  if (!body) return { reason: 'the article has no text' };
  return { head: parsed.data, body };
}
