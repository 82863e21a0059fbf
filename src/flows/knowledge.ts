// Reads knowledge into the database: a Markdown file, or a folder of them with all below it.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseArticle } from '../engine/article.ts';
import { AppError } from '../model/errors.ts';
import type { KnowledgeArticle } from '../ports.ts';
import type { ImportOptions, ImportReport } from './import.ts';

/** Articles of one place, and what is none. */
export interface Found {
  articles: KnowledgeArticle[];
  /** What is wrong, by file or address. */
  rejected: string[];
  /** What the ids of this place begin with. */
  prefix: string;
  /** All that the place has: articles that are known from it and missing here are gone. */
  whole: boolean;
}

/** Reads Markdown; a path that does not exist throws `not_found`. */
export async function readMarkdown(
  path: string,
  onProgress?: (done: number, total: number) => void,
): Promise<Found> {
  const place = await stat(path).catch(() => null);
  if (!place)
    throw new AppError('not_found', `${path} does not exist; give a Markdown file or a folder of them.`);
  const root = place.isDirectory() ? path : dirname(path);
  const files = place.isDirectory()
    ? (await readdir(path, { recursive: true })).filter((file) => file.endsWith('.md'))
    : [basename(path)];
  const found: Found = {
    articles: [],
    rejected: [],
    prefix: `${basename(root)}/`,
    whole: place.isDirectory(),
  };
  for (const [index, file] of files.sort().entries()) {
    const parsed = parseArticle(`${found.prefix}${file}`, await readFile(join(root, file), 'utf8'));
    if ('reason' in parsed) found.rejected.push(`${file}: ${parsed.reason}`);
    else found.articles.push(parsed.article);
    onProgress?.(index + 1, files.length);
  }
  return found;
}

/** Writes what was found; articles that left their place are removed. */
export async function keepArticles(
  found: Found,
  { store, clock }: Pick<ImportOptions, 'store' | 'clock'>,
): Promise<ImportReport & { removed: number }> {
  const { articles, prefix, whole } = found;
  const removed = await store.transaction(async (tx) => {
    await tx.upsertArticles(articles, clock.now());
    if (!whole) return 0;
    return tx.removeArticles(
      prefix,
      articles.map(({ id }) => id),
    );
  });
  const rejected = found.rejected.map((reason) => ({ line: 1, reason }));
  return { imported: articles.length, skipped: 0, rejected, removed };
}

/** Imports a Markdown file or folder. */
export async function importKnowledge(
  path: string,
  options: ImportOptions,
): Promise<ImportReport & { removed: number }> {
  return keepArticles(await readMarkdown(path, options.onProgress), options);
}
