// The system user that PostgreSQL runs as: ourselves, or as root an unprivileged one that exists.
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../model/errors.ts';

/** Numeric ids to switch to; undefined: stay who we are. */
export type Account = { uid: number; gid: number } | undefined;

/** Preferred first. All come with the system; none is ever created. */
const CANDIDATES = ['postgres', 'nobody', 'daemon'];

/**
 * Who PostgreSQL runs as for the cluster in `home`. It refuses to run as root, so root takes the
 * owner of an existing cluster, else the first unprivileged system user.
 * Throws `database_owner` when the cluster belongs to another user and we are not root.
 */
export async function chooseAccount(home: string): Promise<Account> {
  const self = process.getuid?.();
  if (self === undefined) return undefined;
  const owner = await stat(home).catch(() => undefined);
  if (self !== 0) {
    if (!owner || owner.uid === self) return undefined;
    throw new AppError(
      'database_owner',
      `The database in ${home} belongs to user id ${owner.uid}, but Deskhand runs as ${self}. Run it as that user or as root, or set DATABASE_URL.`,
    );
  }
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return systemAccount(await readFile('/etc/passwd', 'utf8').catch(() => ''));
}

/** The first candidate of a passwd(5) text. Throws `no_account` when there is none. */
export function systemAccount(passwd: string): { uid: number; gid: number } {
  const rows = passwd.split('\n').map((line) => line.split(':'));
  for (const name of CANDIDATES) {
    const row = rows.find((fields) => fields[0] === name);
    const uid = Number(row?.[2] ?? Number.NaN);
    const gid = Number(row?.[3] ?? Number.NaN);
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  throw new AppError(
    'no_account',
    `PostgreSQL does not run as root and this system has none of the users ${CANDIDATES.join(', ')}. Run Deskhand as an ordinary user or set DATABASE_URL.`,
  );
}

/** Runs a program as `account` in a minimal environment, without our secrets; never throws on exit codes. */
export function runAs(
  account: Account,
  program: string,
  args: string[],
): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve, reject) => {
    const options = { ...account, cwd: '/', env: PROGRAM_ENVIRONMENT };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (account && error && (error.code === 'EPERM' || error.code === 'EINVAL')) {
        reject(
          new AppError(
            'cannot_switch_user',
            `Deskhand runs as root but may not switch to user id ${account.uid}, and PostgreSQL does not run as root. Run Deskhand as an ordinary user or set DATABASE_URL.`,
            { cause: error },
          ),
        );
        return;
      }
      const output = `${stdout}${stderr}`;
      resolve({ ok: error === null, output: output || (error?.message ?? '') });
    });
  });
}

/** Plain English messages, which `failure.ts` reads, and UTC; nothing of our own environment. */
export const PROGRAM_ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC' };

/** Whether `account` can enter the folder, asked of the system itself: modes, ACLs and mounts all count. */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  if (!account) return true;
  return (await runAs(account, '/bin/sh', ['-c', 'cd "$0"', folder])).ok;
}

/** Makes `account` the owner of a folder that root just made, or that `chown -R root` took away. */
export async function handOver(folder: string, account: Account): Promise<void> {
  if (!account || (await stat(folder)).uid === account.uid) return;
  const { ok, output } = await runAs(undefined, 'chown', ['-R', `${account.uid}:${account.gid}`, folder]);
  if (!ok) throw new AppError('database_owner', `Cannot give ${folder} to user id ${account.uid}. ${output}`);
}
