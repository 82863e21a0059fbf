// The direction of imports, and how source files open and how long they get.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAX_LINES = 350;
/** Tests are lists of examples and may be longer. */
const MAX_TEST_LINES = 500;

interface Rule {
  /** Files this is about: those whose path begins so. The first rule that fits counts. */
  from: string;
  /** What they may import of ours, besides themselves; paths that begin so. */
  imports: string[];
  /** What they may only import types from. */
  types?: string[];
  /** Packages; `node:` stands for Node's own modules. */
  packages: string[] | 'any';
}

/** Everything that is not listed is forbidden. */
const RULES: Rule[] = [
  { from: 'src/model/', imports: [], packages: ['zod', 'node:'] },
  { from: 'src/ports', imports: ['src/model/'], packages: ['zod'] },
  { from: 'src/web/', imports: ['src/model/'], packages: ['esbuild', 'preact', 'node:'] },
  { from: 'src/cards/', imports: ['src/model/', 'src/ports.ts'], packages: [] },
  { from: 'src/insights/', imports: ['src/model/', 'src/ports.ts'], packages: [] },
  { from: 'src/engine/', imports: ['src/model/', 'src/ports.ts'], packages: 'any' },
  {
    from: 'src/flows/',
    imports: ['src/model/', 'src/ports.ts', 'src/cards/', 'src/engine/', 'src/insights/'],
    types: ['src/infra/db/queries/', 'src/config/schema.ts'],
    packages: ['zod', 'node:'],
  },
  { from: 'src/infra/', imports: ['src/model/', 'src/ports.ts', 'src/web/'], packages: 'any' },
  {
    from: 'src/config',
    imports: ['src/config', 'src/model/', 'src/ports.ts'],
    packages: ['zod', 'yaml', 'node:'],
  },
  { from: 'adapters/index.ts', imports: ['adapters/', 'src/ports.ts'], packages: [] },
  {
    from: 'adapters/',
    imports: ['src/model/', 'src/ports.ts', 'src/cards/adaptive.ts', 'src/cards/adaptive/', 'src/web/'],
    packages: 'any',
  },
  { from: 'src/main', imports: ['src/', 'adapters/'], packages: 'any' },
  { from: 'src/cli', imports: ['src/', 'adapters/'], packages: 'any' },
];

/** Puts everything together; nothing else imports it. */
const COMPOSITION = ['src/main', 'src/cli'];

/** Packages that belong to one part; elsewhere they would let it in by the back door. */
const OWNERS: Record<string, string[]> = {
  langchain: ['src/engine/llm/'],
  '@langchain/': ['src/engine/llm/'],
  pg: ['src/infra/'],
  'drizzle-orm': ['src/infra/'],
  bullmq: ['src/infra/'],
  redis: ['src/infra/'],
  hono: ['src/infra/'],
  commander: ['src/cli'],
};

interface Import {
  target: string;
  typeOnly: boolean;
}

/** What a module's text imports and re-exports, statically or by `import()`. */
function importsOf(text: string): Import[] {
  const fixed = text.matchAll(/^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm);
  const lazy = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g);
  return [
    ...[...fixed].map(([, type, target = '']) => ({ target, typeOnly: Boolean(type) })),
    ...[...lazy].map(([, target = '']) => ({ target, typeOnly: false })),
  ];
}

/** Sentences about what a file imports against the rules; empty when all is well. */
function faultsOf(file: string, text: string): string[] {
  const rule = RULES.find(({ from }) => file.startsWith(from));
  if (!rule) return [`${file} stands in no known part`];
  return importsOf(text)
    .filter((imported) => !isAllowed(file, rule, imported))
    .map(({ target }) => `${file} imports ${target}`);
}

function isAllowed(file: string, rule: Rule, { target, typeOnly }: Import): boolean {
  if (!target.startsWith('.')) return mayUsePackage(file, rule, target);
  const path = normalize(join(dirname(file), target));
  if (COMPOSITION.some((part) => path.startsWith(part))) return COMPOSITION.includes(rule.from);
  const allowed = [ownFolder(file, rule), ...rule.imports, ...(typeOnly ? (rule.types ?? []) : [])];
  return allowed.some((start) => path.startsWith(start));
}

function mayUsePackage(file: string, rule: Rule, name: string): boolean {
  const is = (known: string) =>
    known.endsWith(':') || known.endsWith('/')
      ? name.startsWith(known)
      : name === known || name.startsWith(`${known}/`);
  const owners = Object.entries(OWNERS).find(([known]) => is(known))?.[1];
  if (owners && !owners.some((owner) => file.startsWith(owner))) return false;
  return rule.packages === 'any' || rule.packages.some(is);
}

/** A part may import itself; an adapter only its own folder, never a neighbour. */
function ownFolder(file: string, rule: Rule): string {
  if (rule.from !== 'adapters/') return rule.from;
  const [adapters, kind, name = ''] = file.split('/');
  return name.includes('.') ? file : `${adapters}/${kind}/${name}/`;
}

function filesIn(...folders: string[]): { file: string; text: string }[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .filter((file) => /\.(ts|tsx|js)$/.test(file))
    .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));
}

const source = filesIn('src', 'adapters');

describe('imports', () => {
  test('go only where the table allows', () => {
    expect(source.flatMap(({ file, text }) => faultsOf(file, text))).toEqual([]);
  });

  test('end in the extension of a file, so that Node runs them directly', () => {
    const odd = source.flatMap(({ file, text }) =>
      importsOf(text)
        .filter(({ target }) => target.startsWith('.') && !/\.(ts|tsx|js|json|css)$/.test(target))
        .map(({ target }) => `${file} imports ${target}`),
    );
    expect(odd).toEqual([]);
  });

  test.each([
    ['src/flows/receive.ts', `import { pool } from '../infra/db/index.ts';`],
    ['src/flows/receive.ts', `import { insert } from '../infra/db/queries/work.ts';`],
    ['src/flows/receive.ts', `import { toAdaptive } from '../../adapters/chat/console/index.ts';`],
    ['src/engine/local/draft.ts', `import { createAgent } from 'langchain';`],
    ['src/engine/local/draft.ts', `const model = await import('@langchain/openai');`],
    ['src/engine/local/draft.ts', `import { Pool } from 'pg';`],
    ['src/cards/ticket.ts', `import { readFileSync } from 'node:fs';`],
    ['src/model/ticket.ts', `export type { Log } from '../ports.ts';`],
    ['adapters/chat/slack/render.ts', `import { cut } from '../discord/render.ts';`],
    ['adapters/chat/slack/render.ts', `import { ticketCard } from '../../../src/cards/ticket.ts';`],
    ['adapters/intake/api.ts', `import type { Queries } from '../../src/infra/db/queries/index.ts';`],
    ['src/infra/http.ts', `import {\n  start,\n} from '../main.ts';`],
    ['src/elsewhere.ts', `import 'node:fs';`],
  ])('the table refuses: %s with %s', (file, text) => {
    expect(faultsOf(file, text)).not.toEqual([]);
  });

  test.each([
    ['src/flows/receive.ts', `import type { Queries } from '../infra/db/queries/index.ts';`],
    [
      'adapters/chat/slack/render.ts',
      `import { LIMITS } from './limits.ts';\nimport { App } from '@slack/bolt';`,
    ],
    ['adapters/chat/teams/render.ts', `import { toAdaptive } from '../../../src/cards/adaptive.ts';`],
    ['src/engine/llm/draft.ts', `import { createAgent } from 'langchain';`],
    ['src/cli/import.ts', `import { build } from '../main.ts';`],
  ])('the table allows: %s with %s', (file, text) => {
    expect(faultsOf(file, text)).toEqual([]);
  });
});

test('only src/config.ts reads the environment', () => {
  const readers = source.filter(({ text }) =>
    /(?<!')\bprocess\.env\b|\bloadEnvFile\b/.test(withoutComments(text)),
  );
  expect(readers.map(({ file }) => file)).toEqual(['src/config.ts']);
});

describe('every file', () => {
  const all = [...source, ...filesIn('bin', 'scripts', 'test')];

  test('opens with a comment that says its job', () => {
    const opening = ({ text }: { text: string }) => text.replace(/^#!.*\n/, '').slice(0, 2);
    expect(all.filter((entry) => !['//', '/*'].includes(opening(entry))).map(({ file }) => file)).toEqual([]);
  });

  test(`has at most ${MAX_LINES} lines`, () => {
    const lines = (text: string) => text.trimEnd().split('\n').length;
    const limit = (file: string) => (file.startsWith('test/') ? MAX_TEST_LINES : MAX_LINES);
    expect(
      all
        .filter(({ file, text }) => lines(text) > limit(file))
        .map(({ file, text }) => `${file}: ${lines(text)}`),
    ).toEqual([]);
  });

  test('has a name that says what is in it', () => {
    const vague = /(^|[/-])(utils?|helpers?|manager|service|misc|common)\.(ts|tsx|js)$/;
    expect(all.filter(({ file }) => vague.test(file)).map(({ file }) => file)).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '').replace(/\s\/\/ .*$/gm, '');
}
