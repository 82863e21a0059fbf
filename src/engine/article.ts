// Reads a knowledge article: Markdown with optional YAML front matter.
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { errorText } from '../model/errors.ts';
import { cleanText } from '../model/text.ts';
import type { KnowledgeArticle } from '../ports.ts';

const frontMatterSchema = z.looseObject({
  title: z.string().min(1).optional(),
  url: z.url().optional(),
  category: z.string().optional(),
  plans: z.array(z.string()).default([]),
  language: z.string().default('en'),
  product: z.string().optional(),
});

/** The article, or why the file is none. Without a title in the front matter the first heading is taken. */
export function parseArticle(id: string, source: string): { article: KnowledgeArticle } | { reason: string } {
  const text = cleanText(source);
  const matched = /^---\n([\s\S]*?)\n---\n?/.exec(text);
  const body = text.slice(matched?.[0].length ?? 0).trim();
  let given: unknown = {};
  try {
    const document = parseDocument(matched?.[1] ?? '');
    if (document.errors[0]) return { reason: `front matter: ${document.errors[0].message.split('\n')[0]}` };
    given = document.toJS() ?? {};
  } catch (error) {
    return { reason: `front matter: ${errorText(error)}` };
  }
  const parsed = frontMatterSchema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { reason: `front matter: ${issue?.path.join('.')}: ${issue?.message}` };
  }
  if (!body) return { reason: 'the article has no text' };
  const { title, url, category, plans, language, product } = parsed.data;
  const heading = /^#\s+(.+)$/m.exec(body)?.[1];
  return {
    article: {
      id,
      title: title ?? heading ?? id,
      url: url ?? null,
      category: category ?? null,
      plans,
      language,
      product: product ?? null,
      body: title === undefined && heading ? body.replace(/^#\s+.+\n*/m, '') : body,
    },
  };
}
