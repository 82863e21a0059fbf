// The prompts: read and checked at the start, known by the hash of their content.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { AppError, errorText } from '../../model/errors.ts';

/** What each prompt is handed, and the schema that its answer has. A template uses all of it and nothing else. */
const PROMPTS = {
  analyse: { schema: 'analysis', slots: ['categories', 'kinds', 'firstPass', 'conversation'] },
  draft: {
    schema: 'draft',
    slots: ['workspace', 'tone', 'customer', 'questions', 'language', 'passages', 'conversation'],
  },
  verify: { schema: 'verdicts', slots: ['claims'] },
  rewrite: { schema: 'rewriting', slots: ['instructions', 'reply', 'language', 'passages'] },
  classify: { schema: 'label', slots: ['labels', 'text'] },
  cluster: { schema: 'name', slots: ['name', 'reports'] },
  digest: { schema: 'digest', slots: ['facts'] },
  article: { schema: 'article', slots: ['language', 'questions', 'replies'] },
  translate: { schema: 'translation', slots: ['language', 'texts'] },
} as const;
export type PromptName = keyof typeof PROMPTS;

const frontMatter = z.strictObject({
  name: z.string(),
  schema: z.string(),
  temperature: z.number().min(0).max(2),
});

export interface Prompt {
  /** Name and content hash: `draft@3f2a91c0d4e5`. */
  version: string;
  temperature: number;
  /** Instructions: ours alone. */
  system: string;
  /** The data, with each slot filled. Slots are JSON texts, so that no word in them can pass for ours. */
  user(slots: Record<string, unknown>): string;
}

export type Prompts = Record<PromptName, Prompt>;

/**
 * Reads `NAME.md` of every prompt: front matter, instructions and data, parted by lines of `---`. Throws AppError
 * `prompt_invalid` that names the file and what is wrong with it.
 */
export function loadPrompts(folder: string): Prompts {
  const read = (name: PromptName) => readPrompt(join(folder, `${name}.md`), name);
  return {
    analyse: read('analyse'),
    draft: read('draft'),
    verify: read('verify'),
    rewrite: read('rewrite'),
    classify: read('classify'),
    cluster: read('cluster'),
    digest: read('digest'),
    article: read('article'),
    translate: read('translate'),
  };
}

function readPrompt(file: string, name: PromptName): Prompt {
  const wrong = (why: string) => new AppError('prompt_invalid', `${file}: ${why}`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/\r\n/g, '\n');
  } catch (error) {
    throw wrong(`cannot be read (${errorText(error)}).`);
  }
  const [before, head = '', system = '', user = '', ...rest] = text.split(/^---\n/m);
  if (before !== '' || !user.trim() || rest.length)
    throw wrong('needs front matter, instructions and data, each after a line of "---".');
  const given = frontMatter.safeParse(yamlOf(head, wrong));
  if (!given.success) throw wrong(`front matter: ${z.prettifyError(given.error)}`);
  const { schema, slots } = PROMPTS[name];
  if (given.data.name !== name || given.data.schema !== schema)
    throw wrong(`name must be "${name}" and schema "${schema}".`);
  const used = [...`${system}${user}`.matchAll(/\{\{(\w+)\}\}/g)].map(([, slot = '']) => slot);
  if (/\{\{/.test(system)) throw wrong('the instructions hold a {{slot}}; data belongs into the last part.');
  const faults = [
    ...used
      .filter((slot) => !slots.some((known) => known === slot))
      .map((slot) => `unknown slot {{${slot}}}`),
    ...slots.filter((slot) => !used.includes(slot)).map((slot) => `slot {{${slot}}} is not used`),
  ];
  if (faults.length) throw wrong(`${faults.join(', ')}.`);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return {
    version: `${name}@${hash}`,
    temperature: given.data.temperature,
    system: system.trim(),
    user: (values) =>
      user
        .trim()
        .replace(/\{\{(\w+)\}\}/g, (_, slot: string) => JSON.stringify(values[slot] ?? null, null, 1)),
  };
}

function yamlOf(text: string, wrong: (why: string) => AppError): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw wrong(`front matter: ${errorText(error)}`);
  }
}
