// Publishes an article that people approved: into the knowledge folder, the database and the engine.
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ArticleDraft } from '../model/alert.ts';
import { errorText } from '../model/errors.ts';
import type { FlowDeps } from './deps.ts';

/** Idempotent: the same alert always writes the same article. */
export async function publishArticle(
  deps: Pick<FlowDeps, 'store' | 'engine' | 'clock' | 'settings' | 'log'>,
  alertId: number,
  { title, body, category, language }: ArticleDraft,
): Promise<void> {
  const file = `deskhand/${slug(title)}-a${alertId}.md`;
  const { folder } = deps.settings.knowledge;
  const article = {
    // As the import of the folder names it, so that the next start finds the same article.
    id: folder ? `${basename(resolve(folder))}/${file}` : file,
    title,
    url: null,
    category,
    plans: [],
    language,
    product: null,
    body,
  };
  if (folder)
    try {
      await mkdir(join(folder, 'deskhand'), { recursive: true });
      await writeFile(join(folder, file), markdown({ title, body, category, language }));
    } catch (error) {
      deps.log.warn({ alert: alertId, reason: errorText(error) }, 'article not written to the folder');
    }
  await deps.store.upsertArticles([article], deps.clock.now());
  await deps.engine.setArticles(await deps.store.allArticles());
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
