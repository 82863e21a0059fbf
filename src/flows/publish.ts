// Publishes an article that people approved: into the knowledge folder, the database and the engine.
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ArticleDraft } from '../model/alert.ts';
import { errorText } from '../model/errors.ts';
import type { FlowDeps } from './deps.ts';

/** Idempotent: the same alert always writes the same article. Other replicas see within half a minute that articles changed. */
export async function publishArticle(
  deps: Pick<FlowDeps, 'store' | 'engine' | 'clock' | 'knowledgeFolder' | 'log'>,
  alertId: number,
  draft: ArticleDraft,
): Promise<void> {
  const { title, body, category, language } = draft;
  const file = `deskhand/${slug(title)}-a${alertId}.md`;
  const id = (await writeTo(deps, file, draft)) ?? file;
  const article = { id, title, url: null, category, plans: [], language, product: null, body };
  await deps.store.upsertArticles([article], deps.clock.now());
  await deps.engine.setArticles(await deps.store.allArticles());
}

/** Writes the file into the knowledge folder, if there is one; answers the id by which its import knows the article. */
async function writeTo(
  { knowledgeFolder, log }: Pick<FlowDeps, 'knowledgeFolder' | 'log'>,
  file: string,
  draft: ArticleDraft,
): Promise<string | null> {
  if (knowledgeFolder === null) return null;
  try {
    await mkdir(join(knowledgeFolder, 'deskhand'), { recursive: true });
    await writeFile(join(knowledgeFolder, file), markdown(draft));
    return `${basename(knowledgeFolder)}/${file}`;
  } catch (error) {
    log.warn({ file, reason: errorText(error) }, 'article not written to the folder, only to the database');
    return null;
  }
}

function markdown({ title, body, category, language }: ArticleDraft): string {
  // JSON strings are YAML strings, whatever stands in them.
  const head = [
    `title: ${JSON.stringify(title)}`,
    ...(category ? [`category: ${JSON.stringify(category)}`] : []),
    `language: ${JSON.stringify(language)}`,
  ];
  return `---\n${head.join('\n')}\n---\n\n${body.trim()}\n`;
}

function slug(title: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return (words ?? ['article']).slice(0, 8).join('-').slice(0, 60);
}
