// Keeps the engine's articles and macros fresh: the configuration's folders, and what is imported beside the bot.
import { existsSync, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { importKnowledge, importMacros, isArticleFile, MACROS } from '../flows/knowledge.ts';
import type { Store } from '../infra/db/queries/index.ts';
import { errorText } from '../model/errors.ts';
import type { Clock, Engine, Log } from '../ports.ts';

/** An editor writes several times; it is read once it has been quiet this long. */
const QUIET_MS = 300;
/** Where changes are not told (network folders, another replica's import), they are found this late. */
const POLL_MS = 30_000;

export interface KnowledgeFolders {
  articles: string | null;
  /** The first of these that exists is read; the only one must exist. */
  macros: string[];
}

/** The folders of the configuration at `file`. Macros are looked for beside and in the articles where none are named. */
export function knowledgeFolders(
  file: string,
  { folder, macros }: { folder?: string; macros?: string },
): KnowledgeFolders {
  const at = (path: string) => resolve(file, '..', path);
  const articles = folder ? at(folder) : null;
  const usual = articles ? [resolve(articles, '../macros'), join(articles, MACROS)] : [];
  return { articles, macros: macros ? [at(macros)] : usual };
}

export interface KnowledgeOptions {
  /** Without any: only what is imported. */
  folders: KnowledgeFolders;
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
  const { folders, store, engine, clock, log, pollMs = POLL_MS } = options;
  const seenFiles = new Map<string, string>();
  let seenArticles = '';
  let reading: Promise<void> = Promise.resolve();
  let quiet: NodeJS.Timeout | null = null;
  let stopWatching = () => {};

  async function read(): Promise<void> {
    const failures: unknown[] = [];
    for (const place of places()) await readFolder(place).catch((error: unknown) => failures.push(error));
    const articles = await store.articlesState();
    if (articles !== seenArticles) {
      await engine.setArticles(await store.allArticles());
      seenArticles = articles;
    }
    // What can be read is in use by now.
    if (failures.length) throw failures[0];
  }

  /** A folder of macros may come while the bot runs. */
  function places() {
    const { articles, macros } = folders;
    const found = macros.find((path) => existsSync(path)) ?? (macros.length === 1 ? macros[0] : null);
    return [
      ...(articles ? [{ holds: 'articles' as const, path: articles }] : []),
      ...(found ? [{ holds: 'macros' as const, path: found }] : []),
    ];
  }

  async function readFolder({ holds, path }: ReturnType<typeof places>[number]): Promise<void> {
    const files = await stateOf(path);
    if (files === seenFiles.get(path)) return;
    const importAll = holds === 'macros' ? importMacros : importKnowledge;
    const { rejected, removed } = await importAll(path, { store, clock });
    for (const { reason } of rejected) log.warn({ reason }, `one of the ${holds} was not read`);
    if (removed > 0) log.info({ removed }, `${holds} left the folder`);
    seenFiles.set(path, files);
  }

  function refresh(): Promise<void> {
    const next = reading.then(read);
    reading = next.catch(() => undefined);
    return next;
  }

  function tryAgain(): void {
    refresh().catch((error: unknown) =>
      log.warn({ reason: errorText(error) }, 'not all articles were read; the folder is tried again'),
    );
  }

  return {
    refresh,
    watch() {
      const timer = setInterval(tryAgain, pollMs);
      timer.unref();
      const watchers = places().map(({ path }) => watchFolder(path));
      stopWatching = () => {
        clearInterval(timer);
        if (quiet) clearTimeout(quiet);
        for (const watcher of watchers) watcher?.close();
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
