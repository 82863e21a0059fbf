// The embedded PostgreSQL in all kinds of folders, and as all kinds of users.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, lstat, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemAccount } from '../../src/infra/postgres/account.ts';
import { openBinaries, packageFolder } from '../../src/infra/postgres/binaries.ts';
import {
  ask,
  failure,
  folder,
  isRoot,
  leave,
  logged,
  NOBODY,
  nobodyRunsNode,
  noteUnlessNobody,
  noteUnlessRoot,
  open,
  openInChild,
  postmasterFile,
} from '../support/postgres-sandbox.ts';

const isFileOrFolder = async (path: string) => !(await lstat(path)).isSymbolicLink();

describe('a folder that it cannot use', () => {
  it.each([
    ['another major version', { PG_VERSION: '16\n' }, 'database_version', 'PostgreSQL 16'],
    ['something else', { 'notes.txt': 'mine' }, 'database_damaged', 'has no PG_VERSION'],
  ])('is left alone when it holds %s', async (_name, files, code, words) => {
    const data = join(folder, 'postgres', 'data');
    await mkdir(data, { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(data, name), text);

    const error = await failure({});
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(words);
    expect(await readdir(data)).toEqual(Object.keys(files));
  });

  it('is refused when DATA_DIR is a file', async () => {
    await writeFile(join(folder, 'file'), '');

    expect(await failure({ dataDir: join(folder, 'file') })).toMatchObject({ code: 'data_dir' });
  });

  it('is refused when another container uses it', async () => {
    const user = await openInChild();
    await writeFile(join(folder, 'postgres', 'system'), 'pid:[1]');
    const there = await readFile(postmasterFile(), 'utf8');
    await writeFile(postmasterFile(), there.replace(/^\d+/, String(process.pid)));

    expect(await failure({})).toMatchObject({ code: 'database_elsewhere' });
    await writeFile(postmasterFile(), there);
    await leave(user.process);
  });

  it.skipIf(!isRoot)(`says that the disk is full${noteUnlessRoot}`, async ({ skip }) => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=755', 'tmpfs', disk]);
    if (mounted.status !== 0) skip('this system lets nobody mount a small disk');
    try {
      const error = await failure({ dataDir: disk });
      expect(error).toMatchObject({ code: 'disk_full', retryable: true });
      expect(error.message).toContain('The disk is full');
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});

describe('users and permissions', () => {
  it.skipIf(!isRoot)(`keeps the cluster elsewhere for root in a closed folder${noteUnlessRoot}`, async () => {
    await chmod(folder, 0o700);

    const postgres = await open();
    const home = (await readFile(join(folder, 'postgres.location'), 'utf8')).trim();
    expect(home).toMatch(/^\/var\/lib\/deskhand\/\w+$/);
    expect(logged.filter((line) => line.includes('outside DATA_DIR'))).toHaveLength(1);
    await ask(postgres.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await postgres.stop();
    expect(existsSync(postmasterFile(home))).toBe(false);

    expect(await ask((await open()).url, 'SELECT answer FROM kept')).toBe('42');
    expect(logged.filter((line) => line.includes('outside DATA_DIR'))).toHaveLength(1);
  });

  it('does not start empty when the place it kept the cluster in has gone', async () => {
    await writeFile(join(folder, 'postgres.location'), '/var/lib/deskhand/gone\n');

    expect(await failure({})).toMatchObject({ code: 'database_missing' });
    await rm(join(folder, 'postgres.location'));
  });

  it.skipIf(!nobodyRunsNode)(`runs as an ordinary user, and root joins it${noteUnlessNobody}`, async () => {
    await chown(folder, NOBODY.uid, NOBODY.gid);
    const child = await openInChild(NOBODY);
    expect(child.code).toBeUndefined();

    const postgres = await open();
    expect(postgres.url).toBe(child.url);
    expect((await stat(join(folder, 'postgres', 'data'))).uid).toBe(NOBODY.uid);
    await leave(child.process);
    await postgres.stop();

    const again = await openInChild(NOBODY);
    expect(again.code).toBeUndefined();
    await leave(again.process);
  });

  it.skipIf(!nobodyRunsNode)(`tells an ordinary user whose database it is${noteUnlessNobody}`, async () => {
    await mkdir(join(folder, 'postgres'), { mode: 0o700 });
    await chown(join(folder, 'postgres'), 1, 1);

    expect((await openInChild(NOBODY)).code).toBe('database_owner');
  });

  it('runs from a copy when the installed programs are closed to it or lack their links', async () => {
    const source = join(folder, 'closed', 'native');
    const home = join(folder, 'home');
    await mkdir(home);
    await cp(packageFolder(), source, { recursive: true, filter: isFileOrFolder });
    await writeFile(join(folder, 'closed', 'package.json'), '{"version":"18.0.0-test"}');
    await chmod(join(folder, 'closed'), 0o700);

    const first = await openBinaries(home, isRoot ? NOBODY : undefined, source);
    expect(first).toMatchObject({ major: '18', postgres: join(home, 'programs-18.0.0-test/bin/postgres') });
    await rm(join(folder, 'closed', 'native', 'bin'), { recursive: true });
    expect(await openBinaries(home, isRoot ? NOBODY : undefined, source)).toEqual(first);
  });

  it('chooses an unprivileged user that the system already has', () => {
    const passwd =
      'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\npostgres:x:101:104::/:/bin/sh\n';

    expect(systemAccount(passwd)).toEqual({ uid: 101, gid: 104 });
    expect(systemAccount('nobody:x:65534:65534::/:/bin/false')).toEqual(NOBODY);
    expect(() => systemAccount('root:x:0:0::/root:/bin/sh')).toThrow('set DATABASE_URL');
  });
});
