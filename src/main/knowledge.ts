// Keeps the engine's articles fresh: the folder of the configuration, and what `import knowledge` writes beside the bot.
import { watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { importKnowledge, isArticleFile } from '../flows/knowledge.ts';
import type { Store } from '../infra/db/queries/index.ts';
import { errorText } from '../model/errors.ts';
import type { Clock, Engine, Log } from '../ports.ts';

/** An editor writes several times; it is read once it has been quiet this long. */
const QUIET_MS = 300;
/** Where changes are not told (network folders, another replica's import), they are found this late. */
const POLL_MS = 30_000;

export interface KnowledgeOptions {
  /** Null: only what is imported. */
  folder: string | null;
  store: Store;
  engine: Pick<Engine, 'setArticles'>;
  clock: Clock;
  log: Log;
  pollMs?: number;
}

export interface Knowledge {
  /** Reads the folder when it has changed, and the articles when any has; one such reading at a time. */
  refresh(): Promise<void>;
  /** Watches from now on; what goes wrong is logged, and the articles stay as they are. */
  watch(): void;
  close(): void;
}

/** Nothing is read before `refresh` or `watch` is called. */
export function createKnowledge(options: KnowledgeOptions): Knowledge {
  const { folder, store, engine, clock, log, pollMs = POLL_MS } = options;
  let seenFiles = '';
  let seenArticles = '';
  let reading: Promise<void> = Promise.resolve();
  let quiet: NodeJS.Timeout | null = null;
  let stopWatching = () => {};

  async function read(): Promise<void> {
    if (folder) {
      const files = await stateOf(folder);
      if (files !== seenFiles) {
        const { rejected, removed } = await importKnowledge(folder, { store, clock });
        for (const { reason } of rejected) log.warn({ reason }, 'an article was not read');
        if (removed > 0) log.info({ removed }, 'articles left the folder');
        seenFiles = files;
      }
    }
    const articles = await store.articlesState();
    if (articles === seenArticles) return;
    await engine.setArticles(await store.allArticles());
    seenArticles = articles;
  }

  function refresh(): Promise<void> {
    const next = reading.then(read);
    reading = next.catch(() => undefined);
    return next;
  }

  function tryAgain(): void {
    refresh().catch((error: unknown) =>
      log.warn({ folder, reason: errorText(error) }, 'articles stay as they were; the folder is tried again'),
    );
  }

  return {
    refresh,
    watch() {
      const timer = setInterval(tryAgain, pollMs);
      timer.unref();
      const watcher = folder ? watchFolder(folder) : null;
      stopWatching = () => {
        clearInterval(timer);
        if (quiet) clearTimeout(quiet);
        watcher?.close();
      };
    },
    close: () => stopWatching(),
  };

  /** Null where the system cannot watch: then polling finds the changes. */
  function watchFolder(path: string) {
    const give = (error: unknown) =>
      log.info(
        { folder: path, reason: errorText(error) },
        'the folder is not watched but looked at regularly',
      );
    try {
      const watcher = watch(path, { recursive: true, persistent: false }, () => {
        if (quiet) clearTimeout(quiet);
        quiet = setTimeout(tryAgain, QUIET_MS);
        quiet.unref();
      });
      watcher.on('error', give);
      return watcher;
    } catch (error) {
      give(error);
      return null;
    }
  }
}

/** Names, sizes and times of a folder's articles in one text; changes when any of them does. */
async function stateOf(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true })).filter(isArticleFile).sort();
  const lines = files.map(async (file) => {
    // A file that is gone by now is a change like any other.
    const found = await stat(join(folder, file)).catch(() => null);
    return `${file} ${found?.size ?? 0} ${found?.mtimeMs ?? 0}`;
  });
  return `${files.length}\n${(await Promise.all(lines)).join('\n')}`;
}
