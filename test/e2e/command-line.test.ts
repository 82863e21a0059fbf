// The command line as people and programs use it: what is printed, and how it ends.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createHome, type Home, type RunningBot } from '../support/bot.ts';
import { tellAsOneStory } from '../support/story.ts';

const LONG = 300_000;
const checksSchema = z.array(z.object({ part: z.string(), state: z.string(), detail: z.string() }));
const reportSchema = z.object({
  imported: z.number(),
  skipped: z.number(),
  rejected: z.array(z.object({ line: z.number(), reason: z.string() })),
});

describe('the command line', () => {
  let home: Home;

  beforeAll(async () => {
    home = await createHome();
  });
  afterAll(() => home?.remove());

  it('explains itself, and what was used wrongly, with exit codes', { timeout: LONG }, async () => {
    const [help, version, option, command, argument, nothing] = await Promise.all([
      home.run(['--help']),
      home.run(['--version']),
      home.run(['start', '--fats']),
      home.run(['strat']),
      home.run(['import', 'tickets']),
      home.run([]),
    ]);
    expect(help.code).toBe(0);
    for (const name of ['start', 'demo', 'import', 'doctor', 'policy', 'setup', 'eval'])
      expect(help.stdout).toContain(name);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);

    expect(option.code).toBe(2);
    expect(option.stderr).toContain("unknown option '--fats'");
    expect(option.stderr).toContain('Did you mean --fast?');
    expect(command.code).toBe(2);
    expect(command.stderr).toContain('Did you mean start?');
    expect(argument.code).toBe(2);
    expect(argument.stderr).toContain("missing required argument 'file'");
    expect(nothing.code).toBe(2);
  });

  it('measures the engine on labelled files, numbers as names too, and refuses pairs of nothing', {
    timeout: LONG,
  }, async () => {
    const file = async (name: string, rows: object[]) => {
      await writeFile(join(home.folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      return join(home.folder, name);
    };
    const titles = ['export stops at 90 %', 'the export stops', 'login fails'];
    const corpus = await file(
      'corpus.jsonl',
      titles.map((title, id) => ({ id, title, body: title })),
    );
    const pairs = await file('pairs.jsonl', [{ id: 1, duplicate_of: 0 }]);
    const foreign = await file('foreign.jsonl', [{ id: 8, duplicate_of: 9 }]);
    const measure = (of: string) =>
      home.run(['eval', 'retrieve', '--corpus', corpus, '--pairs', of, '--engine', 'local', '--json']);
    const [known, unknown] = await Promise.all([measure(pairs), measure(foreign)]);

    expect(known.code).toBe(0);
    expect(JSON.parse(known.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      queries: 1,
      recallAt5: 1,
    });
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/No pair of .*foreign\.jsonl names two reports of .*corpus\.jsonl/);
  });

  it('writes what a chat platform wants, and says the steps', { timeout: LONG }, async () => {
    const manifest = join(home.folder, 'slack.json');
    const [slack, teams] = await Promise.all([
      home.run(['setup', 'slack', '--url', 'https://desk.example', '--out', manifest]),
      home.run(['setup', 'teams', '--app-id', 'x', '--url', 'http://desk.example']),
    ]);
    expect(slack.code).toBe(0);
    expect(slack.stdout).toContain('SLACK_SIGNING_SECRET');
    expect(slack.stdout).toContain('Not connected yet');
    expect(await readFile(manifest, 'utf8')).toContain('https://desk.example/webhooks/slack');

    expect(teams.code).toBe(2);
    expect(teams.stderr).toContain('"http://desk.example"; it must be an https address');
  });

  it('refuses a wrong environment by name, with what is allowed, and keeps secrets', {
    timeout: LONG,
  }, async () => {
    const [wrong, doctor] = await Promise.all([
      home.run(['start'], {
        PORT: 'eighty',
        DATABASE_URL: 'mysql://me:hunter2@db/desk',
        DESKHAND_APITOKEN: 'x',
      }),
      home.run(['doctor'], { PORT: 'eighty' }),
    ]);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('PORT is "eighty"; expected a port number from 0 to 65535');
    expect(wrong.stderr).toContain('DATABASE_URL');
    expect(wrong.stderr).toContain('postgres://');
    expect(wrong.stderr).toContain('DESKHAND_APITOKEN; did you mean DESKHAND_API_TOKEN?');
    expect(wrong.stderr + wrong.stdout).not.toContain('hunter2');
    // For people: no stack.
    expect(wrong.stderr).not.toMatch(/^\s+at /m);

    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toContain('FAULT');
    expect(doctor.stdout).toContain('PORT');
  });

  it('says which port is taken, and what to do', { timeout: LONG }, async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await vi.waitUntil(() => other.listening);
    const address = z.object({ port: z.number() }).parse(other.address());
    const taken = await home.run(['start', '--empty'], { PORT: `${address.port}` });
    await new Promise((resolve) => other.close(resolve));
    expect(taken.code).toBe(1);
    expect(taken.stderr).toContain(
      `PORT is ${address.port}, which another program on 127.0.0.1 uses already`,
    );
  });

  it('examines everything: a sound installation, and one whose parts do not answer', {
    timeout: LONG,
  }, async () => {
    const sound = await home.run(['doctor', '--json']);
    expect(sound.code).toBe(0);
    const checks = checksSchema.parse(JSON.parse(sound.stdout));
    expect(checks.filter(({ state }) => state === 'fault')).toEqual([]);
    for (const part of ['node', 'configuration', 'agents', 'data folder', 'database', 'queue', 'console'])
      expect(checks.map((check) => check.part)).toContain(part);
    for (const part of ['agents', 'tracker'])
      expect(checks.find((check) => check.part === part)).toMatchObject({ state: 'note' });
    const table = await home.run(['doctor']);
    expect(table.code).toBe(0);
    expect(table.stdout).toContain('PostgreSQL');

    const [broken, nowhere] = await Promise.all([
      home.run(['doctor', '--json'], {
        IMAP_URL: 'imap://me:secret@127.0.0.1:9',
        SMTP_URL: 'smtp://me:secret@127.0.0.1:9',
        MAIL_FROM: 'support@desk.example',
        REDIS_URL: 'redis://127.0.0.1:9',
      }),
      home.run(['doctor'], { DATABASE_URL: 'postgres://me:secret@127.0.0.1:9/desk' }),
    ]);
    expect(broken.code).toBe(1);
    const faults = checksSchema
      .parse(JSON.parse(broken.stdout))
      .filter(({ state }) => state === 'fault')
      .map(({ part }) => part);
    expect(faults).toEqual(expect.arrayContaining(['queue', 'email']));
    expect(broken.stdout + broken.stderr).not.toContain('secret');
    expect(nowhere.code).toBe(1);
    expect(nowhere.stdout).toContain('127.0.0.1:9');
    expect(nowhere.stdout + nowhere.stderr).not.toContain('secret');
  });
});

describe('imports and policies beside a running bot', () => {
  let home: Home;
  let bot: RunningBot;
  tellAsOneStory(() => bot?.output());

  beforeAll(async () => {
    home = await createHome();
    bot = await home.start(['--empty']);
  }, LONG);
  afterAll(() => home?.remove());

  async function file(name: string, lines: unknown[]): Promise<string> {
    const path = join(home.folder, name);
    await writeFile(
      path,
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    );
    return path;
  }
  async function imported(kind: string, path: string) {
    const { code, stdout } = await home.run(['import', kind, path, '--json']);
    return { code, ...reportSchema.parse(JSON.parse(stdout)) };
  }
  const ticket = (id: string) => ({
    id,
    channel: 'email',
    customer: { email: 'mia@example.com' },
    text: `Where is my invoice, please? (${id})`,
    createdAt: '2026-01-05T10:00:00Z',
    category: 'billing/invoice-copy',
    reply: 'It is under Settings, Billing, Invoices.',
  });

  it('imports tickets, reports wrong lines, and goes on where it stopped', { timeout: LONG }, async () => {
    const path = await file('tickets.jsonl', [
      ticket('a'),
      '{"id": "b"',
      { ...ticket('c'), csat: 9 },
      '',
      ticket('d'),
    ]);
    const first = await imported('tickets', path);
    expect(first).toMatchObject({ code: 1, imported: 2, skipped: 0 });
    expect(first.rejected.map(({ line }) => line)).toEqual([2, 3]);
    expect(first.rejected[0]?.reason).toContain('not JSON');
    expect(first.rejected[1]?.reason).toContain('csat');

    const stray = { ...ticket('c'), category: 'warehouse/pallets' };
    await file('tickets.jsonl', [ticket('a'), ticket('b'), stray, '', ticket('d')]);
    const second = await home.run(['import', 'tickets', path]);
    expect(second).toMatchObject({ code: 0 });
    expect(second.stdout).toContain('2 tickets imported, 2 there already, 0 rejected.');
    expect(second.stdout).toContain('A bot that is running learns from them at its next start.');
    const missing = await home.run(['import', 'tickets', join(home.folder, 'nothing.jsonl')]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('nothing.jsonl cannot be read');
    // The taxonomy does not have it, so nothing new is given to it.
    expect((await home.run(['doctor', '--json'])).stdout).toContain('warehouse/pallets (1)');

    const headers = { authorization: `Bearer ${await home.token()}` };
    const seen: unknown = await (await fetch(`${bot.url}/api/tickets`, { headers })).json();
    expect(z.array(z.unknown()).parse(seen)).toHaveLength(4);
  });

  it('imports customers, who then stand on their tickets', { timeout: LONG }, async () => {
    const path = await file('customers.jsonl', [
      {
        email: 'mia@example.com',
        name: 'Mia Berg',
        account: { name: 'Berg GmbH', plan: 'Enterprise', mrr: 900 },
      },
      { name: 'Nobody' },
      { email: 'mia@example.com', plan: 'Team' },
    ]);
    const report = await imported('customers', path);
    expect(report).toMatchObject({ code: 1, imported: 1 });
    expect(report.rejected.map(({ line }) => line)).toEqual([2, 3]);
    expect(report.rejected[0]?.reason).toContain('at least one of email');
    expect(report.rejected[1]?.reason).toContain('plan');
    const headers = { authorization: `Bearer ${await home.token()}` };
    const [first] = z
      .array(z.object({ customer: z.unknown() }))
      .parse(await (await fetch(`${bot.url}/api/tickets?limit=1`, { headers })).json());
    expect(first?.customer).toMatchObject({
      name: 'Mia Berg',
      account: { name: 'Berg GmbH', plan: 'Enterprise' },
    });
  });

  it('imports a folder of articles, and forgets those that left it', { timeout: LONG }, async () => {
    const folder = join(home.folder, 'help');
    await mkdir(folder);
    await writeFile(join(folder, 'one.md'), '# Invoices\n\nThey are under Settings.');
    await writeFile(join(folder, 'two.md'), '---\ntitle: [\n---\ntext');
    const first = await imported('knowledge', folder);
    expect(first).toMatchObject({ code: 1, imported: 1 });
    expect(first.rejected[0]?.reason).toContain('two.md');
    await writeFile(join(folder, 'two.md'), '# Seats\n\nAdd them under Team.');
    expect(await imported('knowledge', folder)).toMatchObject({ code: 0, rejected: [] });
    const nowhere = await home.run(['import', 'knowledge', join(home.folder, 'nowhere')]);
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toContain('does not exist');
  });

  it('lists policies and sets them', { timeout: LONG }, async () => {
    const rows = z.array(z.object({ category: z.string(), mode: z.string() }));
    const set = await home.run(['policy', 'set', 'billing/invoice-copy', 'observe']);
    expect(set).toMatchObject({ code: 0, stdout: 'billing/invoice-copy is now in mode observe.\n' });
    const list = rows.parse(JSON.parse((await home.run(['policy', 'list', '--json'])).stdout));
    expect(list).toContainEqual(
      expect.objectContaining({ category: 'billing/invoice-copy', mode: 'observe' }),
    );
    const mode = await home.run(['policy', 'set', 'billing/invoice-copy', 'always']);
    expect(mode.code).toBe(2);
    expect(mode.stderr).toContain('it must be one of observe, suggest, auto');
    const category = await home.run(['policy', 'set', 'billing/invoice', 'auto']);
    expect(category.code).toBe(2);
    expect(category.stderr).toContain('did you mean "billing/invoice-copy"?');
  });

  it('posts the digest of a day once, and says so', { timeout: LONG }, async () => {
    const digest = ['digest', '--date', '2026-01-05', '--post'];
    const first = await home.run(digest);
    expect(first).toMatchObject({ code: 0, stderr: 'It stands in console:digests.\n' });
    expect(first.stdout).toContain('Monday 5 January 2026');
    expect(first.stdout).toContain('4 tickets came in');
    const again = await home.run(digest);
    expect(again).toMatchObject({
      code: 0,
      stdout: first.stdout,
      stderr: 'It stands in console:digests already: nothing was posted.\n',
    });
    const posts: unknown = await (await fetch(`${bot.url}/console/api/channels/digests/posts`)).json();
    expect(JSON.stringify(posts).match(/"fallback":"Daily digest · Monday 5 January 2026/g)).toHaveLength(1);

    const json = await home.run(['digest', '--date', '2026-01-05', '--json']);
    expect(z.object({ volume: z.object({ received: z.number() }) }).parse(JSON.parse(json.stdout))).toEqual({
      volume: { received: 4 },
    });
    const wrong = await home.run(['digest', '--date', '2026-02-30', '--post']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain(
      '--date is "2026-02-30"; give a day such as 2026-03-02, today or yesterday.',
    );
    const both = await home.run(['digest', '--weekly', '--monthly']);
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('Give --weekly or --monthly, not both.');
  });

  it('leaves the bot as it was', { timeout: LONG }, async () => {
    expect((await fetch(`${bot.url}/readyz`)).status).toBe(200);
    expect(await bot.stop()).toBe(0);
  });
});
