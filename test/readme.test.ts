// The documentation says nothing that is not there: commands, scripts, files, variables, links and snippets.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createProgram } from '../src/cli/program.ts';
import { yamlSchema } from '../src/config/schema.ts';
import { decisionSchema } from '../src/model/decision.ts';
import { apiMessageSchema } from '../src/model/message.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/api.md',
  'docs/chat.md',
  'docs/email.md',
  'docs/how-it-works.md',
  'docs/running.md',
  'docs/trackers.md',
].map((file) => ({ file, text: read(file) }));

const manifest = z
  .object({ scripts: z.record(z.string(), z.string()), bin: z.record(z.string(), z.string()) })
  .parse(JSON.parse(read('package.json')));

/** Contents of fenced blocks of a language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, body = '']) => body,
  );
}

/** What stands between single backticks, outside of fenced blocks. */
function inlineCode(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** Shell commands in `sh` blocks, continued lines joined, `a && b` taken apart. */
function shellCommands(text: string): string[] {
  return blocks(text, 'sh')
    .flatMap((block) => block.replace(/\\\n\s*/g, '').split(/\n(?=[a-z])/))
    .flatMap((line) => line.split(' && '))
    .map((line) => line.trim())
    .filter(Boolean);
}

const commands = DOCUMENTS.flatMap(({ text }) => [...shellCommands(text), ...inlineCode(text)]);

const program = await createProgram();

/** What `deskhand COMMAND --help` prints. */
function helpOf(names: string[]): string {
  const command = names.reduce<Command | undefined>(
    (above, name) => above?.commands.find((each) => each.name() === name) ?? above,
    program,
  );
  return command?.helpInformation() ?? '';
}

describe('what people type', () => {
  test('only known programs stand in shell blocks', () => {
    const known = /^(npm|npx deskhand|cp|curl|docker compose|echo) /;
    expect(DOCUMENTS.flatMap(({ text }) => shellCommands(text)).filter((line) => !known.test(line))).toEqual(
      [],
    );
  });

  test('npm scripts exist', () => {
    const asked = commands.flatMap((line) => /^npm (?:run )?(\S+)/.exec(line)?.[1] ?? []);
    expect(asked.filter((script) => script !== 'ci' && !(script in manifest.scripts))).toEqual([]);
  });

  test('`deskhand` and all its commands and options exist', () => {
    const started = commands.filter((line) => line.startsWith('npm start -- '));
    const asked = [
      ...commands.filter((line) => line.startsWith('npx deskhand ')).map((line) => line.slice(13)),
      ...started.map((line) => line.replace('npm start --', 'start')),
    ];
    expect(asked.length).toBeGreaterThan(8);
    for (const line of new Set(asked)) {
      const words = line.split(' ').filter((word) => /^[a-z]+$/.test(word));
      for (const [depth, word] of words.entries())
        expect(helpOf(words.slice(0, depth)), line).toMatch(new RegExp(`^ +${word}\\b`, 'm'));
      for (const option of line.match(/--[a-z]+/g) ?? []) expect(helpOf(words), line).toContain(option);
    }
  });

  test('the command is where package.json says', () => {
    expect(Object.values(manifest.bin).filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test('files that are copied exist', () => {
    const sources = commands.flatMap((line) => /^cp (\S+)/.exec(line)?.[1] ?? []);
    expect(sources.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test('the curl examples carry valid messages', () => {
    const bodies = commands.flatMap((line) => /^curl .*-d '([^']+)'/s.exec(line)?.[1] ?? []);
    expect(bodies).not.toEqual([]);
    for (const body of bodies) expect(() => apiMessageSchema.parse(JSON.parse(body))).not.toThrow();
  });
});

describe('names', () => {
  test('environment variables are explained in .env.example', () => {
    const known = new Set([...read('.env.example').matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name));
    const fromBlocks = DOCUMENTS.flatMap(({ text }) =>
      blocks(text, 'ini').flatMap((block) => block.match(/^[A-Z_]+(?==)/gm) ?? []),
    );
    const inline = DOCUMENTS.flatMap(({ text }) => inlineCode(text)).filter((code) =>
      /^[A-Z]{2,}(_[A-Z]+)+$/.test(code),
    );
    expect([...fromBlocks, ...inline].filter((name) => !known.has(name))).toEqual([]);
  });

  test.each(DOCUMENTS)('$file: links lead somewhere', ({ file, text }) => {
    const targets = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target = '']) => target);
    const local = targets.filter((target) => !/^https?:/.test(target));
    expect(local.filter((target) => !existsSync(resolve(ROOT, dirname(file), target)))).toEqual([]);
  });

  test.each(DOCUMENTS)('$file: paths of the repository exist', ({ text }) => {
    const paths = inlineCode(text).filter((code) =>
      /^(src|adapters|config|test|docs|scripts|bin)(\/[\w.-]+)*\/?$/.test(code),
    );
    // Placeholders of recipes are written in capitals.
    expect(paths.filter((path) => !/[A-Z]{3,}/.test(path) && !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('keys of the configuration exist', () => {
    const keys = DOCUMENTS.flatMap(({ text }) => inlineCode(text)).filter((code) =>
      /^(workspace|channels|routes|agents|send|modes|tickets|digest|intake|knowledge)\.\w+$/.test(code),
    );
    const defaults: unknown = yamlSchema.parse({});
    const valueAt = (key: string) => key.split('.').reduce<unknown>((at, part) => Object(at)[part], defaults);
    expect(keys.filter((key) => valueAt(key) === undefined)).toEqual([]);
  });
});

describe('snippets', () => {
  test('YAML is valid configuration', () => {
    const snippets = DOCUMENTS.flatMap(({ text }) => blocks(text, 'yaml'));
    expect(snippets.length).toBeGreaterThan(1);
    for (const snippet of snippets) expect(() => yamlSchema.parse(parse(snippet))).not.toThrow();
  });

  test('JSON is what the API takes', () => {
    const [message, , action] = blocks(read('docs/api.md'), 'json').map((block): unknown =>
      JSON.parse(block),
    );
    expect(() => apiMessageSchema.parse(message)).not.toThrow();
    const { kind } = z.object({ kind: z.string(), agent: z.email(), draftVersion: z.int() }).parse(action);
    expect(() => decisionSchema.parse({ kind })).not.toThrow();
  });

  test('the table of actions has every decision', () => {
    const described = inlineCode(read('docs/api.md'));
    const kinds = decisionSchema.options.map((option) => option.shape.kind.value);
    expect(kinds.filter((kind) => !described.includes(kind))).toEqual([]);
  });
});

describe('the benchmarks', () => {
  test('start without vitest, whose support they share', () => {
    const { VITEST: _, ...env } = process.env;
    const { status, stderr } = spawnSync('node', ['test/bench/main.ts', '--only', 'nothing'], {
      cwd: ROOT,
      env,
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/^--only takes one of start, engine, .*; it got "nothing"/);
    expect(status).toBe(2);
  });
});

describe('the container', () => {
  test('everything that the image copies is there', () => {
    const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
      files.split(' '),
    );
    expect(copied.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    const allowed = read('.dockerignore')
      .split('\n')
      .map((line) => line.slice(1));
    expect(copied.filter((file) => !allowed.includes(file))).toEqual([]);
  });

  test('compose knows three services and waits for the two that the bot needs', () => {
    const compose = z
      .object({
        services: z.record(
          z.string(),
          z.looseObject({ depends_on: z.record(z.string(), z.unknown()).optional() }),
        ),
      })
      .parse(parse(read('compose.yaml')));
    expect(Object.keys(compose.services)).toEqual(['bot', 'postgres', 'redis']);
    expect(compose.services.bot?.depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      redis: { condition: 'service_healthy' },
    });
  });
});
