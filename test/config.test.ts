// Configuration: what a wrong value, an unknown key or a contradiction is answered with, and what is shipped.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { configSchemaText } from '../scripts/config-schema.ts';
import { envSchema, yamlSchema } from '../src/config/schema.ts';
import { type ConfigurableAdapter, loadConfig } from '../src/config.ts';
import { AppError } from '../src/model/errors.ts';
import type { AdapterConfigInput } from '../src/ports.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deskhand-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function load(yaml: string, env: Record<string, string> = {}, adapters: ConfigurableAdapter[] = []) {
  return loadConfig(adapters, { DESKHAND_CONFIG: write('deskhand.yaml', yaml), ...env });
}

/** The faults of a refused configuration, without the file's folder. */
function faults(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'config_invalid') throw error;
    return error.message
      .split('\n  - ')
      .slice(1)
      .map((line) => line.replaceAll(`${folder}/`, ''));
  }
  return [];
}

describe('a wrong value is named, with what it got and what is allowed', () => {
  test.each([
    ['send: { undoSeconds: many }', 'send.undoSeconds is "many"; expected a number.'],
    ['send: { undoSeconds: 1.5 }', 'send.undoSeconds is 1.5; expected a whole number.'],
    ['send: { undoSeconds: 601 }', 'send.undoSeconds is 601; expected at most 600.'],
    ['firstAnswer: { P1: 0 }', 'firstAnswer.P1 is 0; expected more than 0.'],
    ['modes: { default: "on" }', 'modes.default is "on"; expected one of observe, suggest, auto.'],
    [
      'workspace: { timeZone: Paris }',
      'workspace.timeZone is "Paris"; expected an IANA time zone such as Europe/Paris.',
    ],
    [
      'trackers: { use: github, linear: { team: ENG } }',
      'trackers.use is "github"; expected a tracker that is set up beside it, under "github", "linear" or "jira".',
    ],
    ['workspace: { name: "" }', 'workspace.name is ""; expected at least 1 characters.'],
    [
      'channels: { tickets: support }',
      'channels.tickets is "support"; expected platform:channel, for example slack:C0SUPPORT or console:support.',
    ],
    [
      'routes: [{ when: {}, to: console:support, mention: Anna }]\nagents: [{ name: Ana, email: ana@team.example }]',
      'routes[0].mention is "Anna", which is no agent and no team of "agents"; did you mean "Ana"?',
    ],
    [
      'noise: { quietHours: { from: "7pm", to: "08:00" } }',
      'noise.quietHours.from is "7pm"; expected a time such as "19:00", in quotes.',
    ],
    [
      'noise: { quietHours: { from: "19:00", to: "19:00" } }',
      'noise.quietHours.to is "19:00"; expected another time than "from".',
    ],
    ['noise: { burst: { count: -1 } }', 'noise.burst.count is -1; expected at least 0.'],
    ['routes: [{ when: {}, to: 5 }]', 'routes[0].to is 5; expected text, or a list.'],
    [
      'agents: [{ name: Ana, email: ana }]',
      'agents[0].email is "ana"; expected an e-mail address such as ana@example.com.',
    ],
    ['agents: [{ name: Ana }]', 'agents[0].email is missing; expected text.'],
    ['console: yes please', 'console is "yes please"; expected a group of keys.'],
    [
      'serviceLevels: [{ P1: { firstAnswer: 2d } }]',
      'serviceLevels[0].P1.firstAnswer is "2d"; expected a duration such as 30m, 4h or 1h30m, at most 2160h.',
    ],
    [
      'businessHours: { mon: "18:00-09:00" }',
      'businessHours.mon is "18:00-09:00"; expected hours such as "09:00-18:00" or "09:00-12:30, 13:30-18:00", each later than the one before (a night: 22:00-24:00, then 00:00-06:00 the day after).',
    ],
    [
      'warnings: { at: 0.95, escalateAt: 0.9 }',
      'warnings is {"at":0.95,"escalateAt":0.9}; expected at no later than escalateAt.',
    ],
    [
      'businessHours: { mon: "09:00-18:00", holidays: [FR, soon] }',
      'businessHours.holidays[1] is "soon"; expected a country such as FR, with its region DE-BY, or a day such as 2026-12-24.',
    ],
    [
      'businessHours: { holidays: FR }',
      'businessHours is {"holidays":"FR"}; expected hours for at least one of mon to sun.',
    ],
    [
      'warnings: { escalation: [leed] }',
      'warnings.escalation is "leed", which is no role, agent or team; did you mean "lead"?',
    ],
    ['priority: { weights: { urgency: -5 } }', 'priority.weights.urgency is -5; expected at least 0.'],
    [
      'priority: { thresholds: { P1: 40 } }',
      'priority.thresholds is {"P1":40}; expected P1 above P2, and P2 above P3.',
    ],
  ])('%s', (yaml, fault) => {
    expect(faults(() => load(yaml))).toEqual([`deskhand.yaml: ${fault}`]);
  });

  test.each([
    ['PORT', '70000', 'PORT is "70000"; expected a port number from 0 to 65535.'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud"; expected one of debug, info, warn, error, silent.'],
  ])('the variable %s=%s', (name, value, fault) => {
    expect(faults(() => load('', { [name]: value }))).toEqual([`environment: ${fault}`]);
  });

  test('a secret is never shown', () => {
    const found = faults(() =>
      load('', { DESKHAND_API_TOKEN: 'hunter2', DATABASE_URL: 'mysql://root:hunter2@db' }),
    );
    expect(found).toEqual([
      'environment: DATABASE_URL has a value that cannot be used; expected an address such as postgres://user:password@host:5432/deskhand.',
      'environment: DESKHAND_API_TOKEN has a value that cannot be used; expected at least 16 characters.',
    ]);
  });

  test('all faults are told at once', () => {
    expect(faults(() => load('send: { undoSeconds: -1 }\nagents: none', { PORT: 'x' }))).toHaveLength(3);
  });
});

describe('an unknown name is an error with the nearest known one', () => {
  test.each([
    ['sned: {}', 'unknown key "sned"; did you mean "send"?'],
    ['send: { undoSecond: 3 }', 'unknown key "send.undoSecond"; did you mean "undoSeconds"?'],
    [
      'agents: [{ name: Ana, email: ana@example.com, slak: U1 }]',
      'unknown key "agents[0].slak"; did you mean "slack"?',
    ],
    ['send: { colour: red }', 'unknown key "send.colour"; known keys: undoSeconds.'],
    [
      'priority: { weights: { urgancy: 5 } }',
      'unknown key "priority.weights.urgancy"; did you mean "urgency"?',
    ],
    ['firstAnswer: { P9: 1 }', 'unknown key "firstAnswer.P9"; known keys: P1, P2, P3, P4.'],
  ])('%s', (yaml, fault) => {
    expect(faults(() => load(yaml))).toEqual([`deskhand.yaml: ${fault}`]);
  });

  test('a mistyped variable of our own', () => {
    expect(faults(() => load('', { DESKHAND_API_TOKE: 'x' }))).toEqual([
      'environment: unknown variable DESKHAND_API_TOKE; did you mean DESKHAND_API_TOKEN?',
    ]);
  });

  test('variables of other programs are none of our business', () => {
    expect(faults(() => load('', { HOME: '/root', SOMETHING_ELSE: '1' }))).toEqual([]);
  });

  test('a category that the taxonomy does not have', () => {
    const yaml =
      'modes: { categories: { billing/refnd: auto } }\nroutes: [{ when: { category: [billing, blling] }, to: console:x }]\nagents: [{ name: A, email: a@b.example, categories: [biling] }]';
    expect(faults(() => load(yaml))).toEqual([
      'deskhand.yaml: modes.categories is "billing/refnd", which is no category of the taxonomy; did you mean "billing/refund"?',
      'deskhand.yaml: agents[0].categories is "biling", which is no category of the taxonomy; did you mean "billing"?',
      'deskhand.yaml: routes[0].when.category is "blling", which is no category of the taxonomy; did you mean "billing"?',
    ]);
  });
});

describe('files', () => {
  test('an agent listed twice', () => {
    const yaml = 'agents: [{ name: Ana, email: ana@example.com }, { name: Anna, email: ANA@example.com }]';
    expect(faults(() => load(yaml))).toEqual([
      'deskhand.yaml: agents: ana@example.com stands twice; give each agent an address of their own.',
    ]);
  });

  test('broken YAML names the place', () => {
    expect(faults(() => load('send: [1,\nagents: x'))[0]).toMatch(/^deskhand\.yaml: .* at line 2/);
  });

  test('a file that is not there', () => {
    expect(faults(() => loadConfig([], { DESKHAND_CONFIG: join(folder, 'none.yaml') }))[0]).toMatch(
      /^none\.yaml: cannot be read; DESKHAND_CONFIG names/,
    );
  });

  test('a taxonomy that is named but not there is not replaced by the shipped one', () => {
    expect(faults(() => load('taxonomy: mine.yaml'))[0]).toMatch(/^mine\.yaml: cannot be read/);
  });

  test('a category id that stands twice in the taxonomy', () => {
    write(
      'mine.yaml',
      'categories: [{ id: a, name: A, description: a }, { id: a, name: B, description: b }]',
    );
    expect(faults(() => load('taxonomy: mine.yaml'))).toEqual([
      'mine.yaml: categories[1].id is "a", which stands twice; give each category an id of its own.',
    ]);
  });

  test('keys with everything under them commented out keep their defaults', () => {
    const config = load('send:\n  # undoSeconds: 3\nagents:\nchannels:\n  tickets:\n');
    expect(config.yaml.send.undoSeconds).toBe(10);
    expect(config.yaml.agents).toEqual([]);
    expect(config.yaml.channels.tickets).toEqual(['console:support']);
  });
});

describe('the environment', () => {
  test('empty strings count as not set', () => {
    const config = load('', { DATABASE_URL: '', PORT: '', REDIS_URL: '', DESKHAND_PUBLIC_URL: '' });
    expect(config.env).toMatchObject({ PORT: 3000, HOST: '127.0.0.1' });
    expect(config.env.DATABASE_URL).toBeUndefined();
    expect(config.configured).toBe(false);
    expect(config.publicUrl).toBe('http://localhost:3000');
  });

  test('a named database means that somebody configured the bot', () => {
    expect(load('', { DATABASE_URL: 'postgres://db/deskhand' }).configured).toBe(true);
  });

  test('the public address loses its last slash', () => {
    expect(load('', { DESKHAND_PUBLIC_URL: 'https://help.example.com/' }).publicUrl).toBe(
      'https://help.example.com',
    );
  });
});

describe('adapters', () => {
  const pager: ConfigurableAdapter = {
    id: 'pager',
    config: z
      .custom<{ env: Record<string, string | undefined>; yaml: Record<string, unknown> }>()
      .transform((input, ctx) => {
        const { PAGER_PORT: port } = input.env;
        if (port === undefined) return null;
        if (/^\d+$/.test(port)) return { port: Number(port) };
        ctx.addIssue({ code: 'custom', path: ['env', 'PAGER_PORT'], message: 'a port number' });
        return z.NEVER;
      }),
  };

  test('one without its variables is off', () => {
    const config = load('', {}, [pager]);
    expect([...config.adapters]).toEqual([]);
    expect(config.configured).toBe(false);
  });

  test('one with its variables is on', () => {
    const config = load('', { PAGER_PORT: '99' }, [pager]);
    expect([...config.adapters]).toEqual([['pager', { port: 99 }]]);
    expect(config.configured).toBe(true);
  });

  test('one that works without any setting does not count as configured', () => {
    expect(load('', { PAGER_PORT: '99' }, [{ ...pager, builtIn: true }]).configured).toBe(false);
  });

  test('a variable of ours that an adapter reads too is told once', () => {
    const reader: ConfigurableAdapter = {
      id: 'reader',
      config: z.custom<AdapterConfigInput>().transform((_, ctx) => {
        ctx.addIssue({ code: 'custom', path: ['env', 'PORT'], message: 'a port' });
        return z.NEVER;
      }),
    };
    expect(faults(() => load('', { PORT: 'x' }, [reader]))).toHaveLength(1);
  });

  test('a wrong variable is named', () => {
    expect(faults(() => load('', { PAGER_PORT: 'x' }, [pager]))).toEqual([
      'environment: PAGER_PORT is "x"; expected a port number.',
    ]);
  });
});

test('nothing can be changed after the start', () => {
  const config = load('agents: [{ name: Ana, email: ana@example.com }]');
  expect(() => Object.assign(config.yaml.send, { undoSeconds: 0 })).toThrow(TypeError);
  expect(() => config.yaml.agents.push()).toThrow(TypeError);
  expect(() => Object.assign(config.env, { PORT: 1 })).toThrow(TypeError);
  expect(() => config.taxonomy.categories.pop()).toThrow(TypeError);
});

describe('what is shipped', () => {
  const shipped = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

  test.each(['config/deskhand.yaml', 'config/sample/deskhand.yaml'])('%s is valid', (file) => {
    expect(faults(() => loadConfig([], { DESKHAND_CONFIG: file }))).toEqual([]);
  });

  test('the annotated default changes nothing', () => {
    const { taxonomy: _, ...config } = loadConfig([], { DESKHAND_CONFIG: 'config/deskhand.yaml' });
    expect(config.yaml).toEqual(yamlSchema.parse({}));
  });

  test('every key stands in the annotated default', () => {
    const text = shipped('config/deskhand.yaml');
    const absent = keysOf(z.toJSONSchema(yamlSchema, { io: 'input', unrepresentable: 'any' })).filter(
      (key) => !new RegExp(`\\b${key}:`).test(text),
    );
    expect(absent).toEqual([]);
  });

  test('every example of the annotated default is valid when its "#" is removed', () => {
    const text = shipped('config/deskhand.yaml')
      .replace(/: \[\]$/gm, ':')
      .replace(/^ {2}# /gm, '  ');
    const { yaml } = load(text);
    expect(yaml.agents[0]).toMatchObject({ name: 'Ana', team: 'billing', discord: '80351110224678912' });
    expect(yaml.workspace.signature).toBe('Best regards,\nThe support team');
    expect(yaml.mailboxes).toHaveLength(1);
  });

  test('every variable stands in .env.example', () => {
    const text = shipped('.env.example');
    const names = [...Object.keys(envSchema.shape), 'IMAP_URL', 'SMTP_URL', 'MAIL_FROM'];
    expect(names.filter((name) => !new RegExp(`^# ${name}=`, 'm').test(text))).toEqual([]);
  });

  test('the schema for editors is up to date (npm run config:schema)', () => {
    expect(shipped('config/deskhand.schema.json')).toBe(configSchemaText());
  });
});

/** Every property name of a JSON schema, however deep. */
function keysOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keysOf);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'properties' && typeof value === 'object' && value !== null
      ? [...Object.keys(value), ...keysOf(Object.values(value))]
      : keysOf(value),
  );
}
