// The embedded PostgreSQL in use: shared, left, killed and found again; and a server of one's own.
import { once } from 'node:events';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { openPostgres } from '../../src/infra/postgres/index.ts';
import { tryLock } from '../../src/infra/postgres/lock.ts';
import { parsePostmasterFile } from '../../src/infra/postgres/server.ts';
import { removeDataFolder } from '../support/data-folder.ts';
import {
  ask,
  failure,
  folder,
  isRunning,
  kill,
  leave,
  log,
  logged,
  open,
  opened,
  openInChild,
  postmasterFile,
  serverPid,
  spawnChild,
} from '../support/postgres-sandbox.ts';

describe('a first start', () => {
  it('gives a PostgreSQL 18 database with UTF-8 on loopback, durable, behind a password', async () => {
    const postgres = await openPostgres({ dataDir: join(folder, 'new'), log });
    opened.push(postgres);

    expect(postgres.embedded).toBe(true);
    expect(await ask(postgres.url, 'SHOW server_version')).toMatch(/^18\./);
    expect(await ask(postgres.url, 'SELECT current_database()')).toBe('deskhand');
    expect(await ask(postgres.url, 'SHOW fsync')).toBe('on');
    expect(await ask(postgres.url, 'SHOW listen_addresses')).toBe('127.0.0.1');
    expect(await ask(postgres.url, "SELECT upper('é')")).toBe('É');
    const wrong = new URL(postgres.url);
    wrong.password = 'guess';
    await expect(ask(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect((await stat(join(folder, 'new/postgres/password'))).mode & 0o777).toBe(0o600);
    await postgres.stop();
    await removeDataFolder(join(folder, 'new'));
  });

  it('keeps several databases apart on one server', async () => {
    const first = await open();
    const sample = await openPostgres({ dataDir: folder, database: 'deskhand_sample', durable: false, log });
    opened.push(sample);

    expect(await ask(sample.url, 'SELECT current_database()')).toBe('deskhand_sample');
    expect(new URL(sample.url).port).toBe(new URL(first.url).port);
  });
});

describe('several processes', () => {
  it('share one server, and the last to leave stops it with the data kept', async () => {
    const first = await open();
    await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const second = await openInChild();
    expect(second.url).toBe(first.url);

    await first.stop();
    expect(await ask(first.url, 'SELECT answer FROM kept')).toBe('42');
    await leave(second.process);
    expect(isRunning()).toBe(false);

    expect(await ask((await open()).url, 'SELECT answer FROM kept')).toBe('42');
  });

  it('may all come at once to an empty folder and all go at once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => openInChild()));

    expect(new Set(all.map(({ url }) => url)).size).toBe(1);
    await Promise.all(all.map((child) => leave(child.process)));
    expect(isRunning()).toBe(false);
  });
});

describe('after a death', () => {
  it('adopts the server that a killed bot left running, and stops it on leaving', async () => {
    const killed = await openInChild();
    await kill(killed.process);
    expect(isRunning()).toBe(true);

    const postgres = await open();
    expect(postgres.url).toBe(killed.url);
    expect(await ask(postgres.url, 'SELECT 1')).toBe('1');
    await postgres.stop();
    expect(isRunning()).toBe(false);
  });

  it('starts a killed server again at the same address while it is in use', async () => {
    const { url } = await open();
    process.kill(await serverPid(), 'SIGKILL');

    await vi.waitFor(async () => expect(await ask(url, 'SELECT 1')).toBe('1'), {
      timeout: 60_000,
      interval: 50,
    });
    expect(logged).toContain('PostgreSQL has ended, starting it again');
  });

  it('starts over when the first start was killed in the middle', async () => {
    const child = spawnChild();
    const home = join(folder, 'postgres');
    const drafts = async () =>
      (await readdir(home).catch(() => [])).filter((name) => name.startsWith('data-draft'));
    await vi.waitFor(async () => expect(await drafts()).not.toEqual([]), { timeout: 60_000, interval: 2 });
    await kill(child);

    expect(await ask((await open()).url, 'SELECT 1')).toBe('1');
  });

  it.each([
    [
      'names a program that now has the pid',
      () => `${process.pid}\n/elsewhere\n1\n1\n\n127.0.0.1\n1 1\nready\n`,
    ],
    ['is damaged', () => '\u0000garbage'],
    ['is empty', () => ''],
  ])('does not mind a postmaster.pid that %s', async (_name, text) => {
    await (await open()).stop();
    await writeFile(postmasterFile(), text());

    expect(await ask((await open()).url, 'SELECT 1')).toBe('1');
  });

  it('reads any postmaster.pid without failing', () => {
    fc.assert(fc.property(fc.string(), (text) => (parsePostmasterFile(text)?.pid ?? 1) > 0));
  });

  it('releases the locks of a killed process', async () => {
    const child = await openInChild();
    const users = join(folder, 'postgres', 'users.lock');
    expect(tryLock(users, 'exclusive')).toBeUndefined();
    await kill(child.process);

    const alone = tryLock(users, 'exclusive');
    expect(alone).toBeDefined();
    expect(tryLock(users, 'shared')).toBeUndefined();
    alone?.();
  });
});

describe('DATABASE_URL', () => {
  it('is used as it is when it leads to a good server', async () => {
    const { url } = await open();
    const external = await openPostgres({ dataDir: '/nowhere', databaseUrl: url, log });

    expect(external).toMatchObject({ url, embedded: false });
    await external.stop();
    expect(isRunning()).toBe(true);
  });

  it('is named with the reason, without its password, when it does not', async () => {
    const { url } = await open();
    const variant = (change: (url: URL) => void) => {
      const wrong = new URL(url);
      wrong.password = 'hunter2-secret';
      change(wrong);
      return wrong.href;
    };
    const good = new URL(url).password;
    const cases: [string, string][] = [
      ['mysql://deskhand:hunter2-secret@127.0.0.1/deskhand', 'database_url_invalid'],
      ['not an address hunter2-secret', 'database_url_invalid'],
      [variant(() => undefined), 'database_refused'],
      [variant((u) => Object.assign(u, { password: good, pathname: '/absent' })), 'database_not_found'],
      [variant((u) => Object.assign(u, { port: '1' })), 'database_unreachable'],
    ];
    for (const [databaseUrl, code] of cases) {
      const error = await failure({ databaseUrl });
      expect(error).toMatchObject({ code });
      expect(error.message).toContain('DATABASE_URL');
      expect(error.message).not.toContain('hunter2-secret');
      expect(error.message).not.toContain(good);
    }
  });

  it('is unreachable when something that is no PostgreSQL answers', async () => {
    const other = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;

    const error = await failure({ databaseUrl: `postgres://u:p@127.0.0.1:${port}/d` });
    expect(error).toMatchObject({ code: 'database_unreachable', retryable: true });
    other.close();
  });
});
