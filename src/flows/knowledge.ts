// Reads knowledge into the database: articles (Markdown, HTML, exports of help centres, websites) and macros.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { parseArticle, parseMacro } from '../engine/article.ts';
import { parseHtml, webArticle } from '../engine/html-article.ts';
import { AppError, errorText } from '../model/errors.ts';
import type { KnowledgeArticle } from '../ports.ts';
import { parseHelpCentre } from './help-centre.ts';
import type { ImportOptions, ImportReport } from './import.ts';

/** Articles of one place, and what is none. */
export interface Found {
  articles: KnowledgeArticle[];
  /** What is wrong, by file or address. */
  rejected: string[];
  /** What is no article or not for customers, and why, by file or address. */
  leftOut: string[];
  /** What the ids of this place begin with. */
  prefix: string;
  /** All that the place has: articles that are known from it and missing here are gone. */
  whole: boolean;
}

export interface KnowledgeReport extends ImportReport {
  /** Articles that were known from this place and are gone. */
  removed: number;
  leftOut: string[];
}

/** A folder of this name in a folder of articles holds macros, whose words go out as they stand: no articles. */
export const MACROS = 'macros';

/** Whether a file of a knowledge folder is read. */
export const isArticleFile = (name: string) => /\.(?:md|html?)$/i.test(name);

type OnProgress = ImportOptions['onProgress'];

/** Reads Markdown, HTML or an export (JSON); a path that does not exist throws `not_found`. */
export async function readKnowledge(path: string, onProgress?: OnProgress): Promise<Found> {
  const place = await stat(path).catch(() => null);
  if (!place)
    throw new AppError(
      'not_found',
      `${path} does not exist; give a folder of Markdown or HTML, a help centre's export (.json), or an address (https://…).`,
    );
  if (place.isFile() && path.endsWith('.json'))
    return parseHelpCentre(`${basename(path)}/`, await readFile(path, 'utf8'));
  if (!place.isDirectory())
    return readFiles(dirname(path), [basename(path)], { whole: false, parse: parseFile, onProgress });
  const all = (await readdir(path, { recursive: true })).filter(isArticleFile);
  const isMacro = (file: string) => file.startsWith(`${MACROS}${sep}`);
  const articles = all.filter((file) => !isMacro(file));
  const found = await readFiles(path, articles, { whole: true, parse: parseFile, onProgress });
  const macros = all.filter(isMacro).map((file) => `${file}: a macro, for \`deskhand import macros\``);
  return { ...found, leftOut: [...found.leftOut, ...macros] };
}

/** Reads a folder of macros; one that does not exist throws `not_found`. */
export async function readMacros(folder: string, onProgress?: OnProgress): Promise<Found> {
  const files = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new AppError('not_found', `${folder} cannot be read; give a folder of macros (Markdown).`, {
      cause,
    });
  });
  const markdown = files.filter((name) => /\.md$/i.test(name));
  return readFiles(folder, markdown, { whole: true, parse: parseMacro, onProgress });
}

type ParsedFile = { article: KnowledgeArticle } | { reason: string } | { empty: string };

async function readFiles(
  root: string,
  files: string[],
  options: { whole: boolean; parse: (id: string, text: string) => ParsedFile; onProgress?: OnProgress },
): Promise<Found> {
  const found: Found = {
    articles: [],
    rejected: [],
    leftOut: [],
    prefix: `${basename(root)}/`,
    whole: options.whole,
  };
  for (const [index, file] of files.sort().entries()) {
    const parsed = options.parse(`${found.prefix}${file}`, await readFile(join(root, file), 'utf8'));
    if ('reason' in parsed) found.rejected.push(`${file}: ${parsed.reason}`);
    else if ('empty' in parsed) found.leftOut.push(`${file}: ${parsed.empty}`);
    else found.articles.push(parsed.article);
    options.onProgress?.(index + 1, files.length);
  }
  return found;
}

function parseFile(id: string, text: string): ParsedFile {
  if (!/\.html?$/i.test(id)) return parseArticle(id, text);
  try {
    const page = parseHtml(text, null);
    if (page.empty) return { empty: page.empty };
    const { title, body, language, canonical } = page;
    return { article: webArticle({ id, title: title || id, url: canonical, language, body }) };
  } catch (error) {
    return { reason: errorText(error) };
  }
}

/** Writes what was found; articles that left their place are removed. */
export async function keepArticles(
  found: Found,
  { store, clock }: Pick<ImportOptions, 'store' | 'clock'>,
): Promise<KnowledgeReport> {
  const { articles, prefix, whole, leftOut } = found;
  const removed = await store.transaction(async (tx) => {
    await tx.upsertArticles(articles, clock.now());
    if (!whole) return 0;
    return tx.removeArticles(
      prefix,
      articles.map(({ id }) => id),
    );
  });
  const rejected = found.rejected.map((reason) => ({ line: 1, reason }));
  return { imported: articles.length, skipped: 0, rejected, removed, leftOut };
}

/** Imports files: Markdown, HTML, or the export of a help centre. */
export async function importKnowledge(path: string, options: ImportOptions): Promise<KnowledgeReport> {
  return keepArticles(await readKnowledge(path, options.onProgress), options);
}

/** Imports a folder of macros. */
export async function importMacros(folder: string, options: ImportOptions): Promise<KnowledgeReport> {
  return keepArticles(await readMacros(folder, options.onProgress), options);
}
