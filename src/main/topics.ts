// The taxonomy as its file has it now: topics and examples that are added while the bot runs count at once.
import { unwatchFile, watchFile } from 'node:fs';
import { type Config, readTaxonomy, taxonomyFile } from '../config.ts';
import { errorText } from '../model/errors.ts';
import type { Taxonomy } from '../model/taxonomy.ts';
import type { Engine, Log } from '../ports.ts';

/** How often the file is looked at, in ms; its times alone are read, so that network folders and editors that replace it do. */
const LOOK_MS = 2_000;

export interface Topics {
  /** Changes in place, so that whoever has it sees what the file says now. */
  taxonomy: Taxonomy;
  /** Reads the file again; what is new is taught to the engine. Of a file with faults nothing is taken, and the log says why. */
  refresh(engine: Pick<Engine, 'learn'>): Promise<void>;
  /** Looks at the file from now on. */
  follow(engine: Pick<Engine, 'learn'>): void;
  stop(): void;
}

/** Of a topic that is taken out of the file, tickets that have it keep the id; no other gets it. */
export function createTopics(
  config: Pick<Config, 'file' | 'yaml' | 'taxonomy'>,
  { log }: { log: Log },
): Topics {
  const taxonomy = structuredClone(config.taxonomy);
  const path = taxonomyFile(config.file, config.yaml);
  let reading = Promise.resolve();

  async function read(engine: Pick<Engine, 'learn'>): Promise<void> {
    const next = readTaxonomy(config);
    const known = new Set(taxonomy.categories.flatMap(textsOf).map(keyOf));
    const ids = new Set(next.categories.map(({ id }) => id));
    const removed = taxonomy.categories.map(({ id }) => id).filter((id) => !ids.has(id));
    const added = next.categories.flatMap(textsOf).filter((example) => !known.has(keyOf(example)));
    taxonomy.categories.splice(0, Number.POSITIVE_INFINITY, ...next.categories);
    for (const { text, category } of added) await engine.learn({ text, category, corrected: false });
    log.info(
      { file: path, topics: next.categories.length, examples: added.length, removed },
      'the taxonomy was read again',
    );
  }

  function refresh(engine: Pick<Engine, 'learn'>): Promise<void> {
    reading = reading
      .then(() => read(engine))
      .catch((error: unknown) => log.warn({ reason: errorText(error) }, 'the taxonomy stays as it was'));
    return reading;
  }

  let stop = () => {};
  return {
    taxonomy,
    refresh,
    follow(engine) {
      const look = () => void refresh(engine);
      watchFile(path, { interval: LOOK_MS, persistent: false }, look);
      stop = () => unwatchFile(path, look);
    },
    stop: () => stop(),
  };
}

interface Example {
  text: string;
  category: string;
}

/** What a topic is learned from. */
function textsOf({ id, name, examples }: Taxonomy['categories'][number]): Example[] {
  return [name, ...examples].map((text) => ({ text, category: id }));
}

/** The same words may stand in several topics. */
const keyOf = ({ text, category }: Example) => `${category}\n${text}`;
