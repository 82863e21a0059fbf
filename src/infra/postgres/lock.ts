// Locks between processes that the kernel releases when a process dies, however it dies.
//
// Node has no flock of its own; its SQLite does, on every system and file system that SQLite
// supports, also between containers that share a volume. The lock files stay empty.
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../model/errors.ts';

const SQLITE_BUSY = 5;
const POLL_MS = 20;

/** Held locks are kept here, so that collecting a forgotten one cannot release it. */
const held = new Set<DatabaseSync>();

/** Gives the lock back. Calling it again does nothing. */
export type Release = () => void;

/**
 * Takes the lock on `file`, which is created when missing: `shared` beside other shared holders,
 * `exclusive` alone. Undefined when somebody else (this process included) is in the way.
 */
export function tryLock(file: string, kind: 'shared' | 'exclusive'): Release | undefined {
  let handle: DatabaseSync | undefined;
  try {
    handle = new DatabaseSync(file, { timeout: 0 });
    handle.exec(kind === 'shared' ? 'BEGIN; SELECT * FROM sqlite_schema' : 'BEGIN EXCLUSIVE');
  } catch (cause) {
    handle?.close();
    if (isBusy(cause)) return undefined;
    throw new AppError('lock_failed', `Cannot lock ${file}. May this user write there?`, { cause });
  }
  const taken = handle;
  held.add(taken);
  return () => {
    if (held.delete(taken)) taken.close();
  };
}

/** Runs `work` while holding `file` exclusively; waits at most `patienceMs` for the holder. */
export async function withLock<T>(file: string, patienceMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patienceMs;
  let release = tryLock(file, 'exclusive');
  while (!release) {
    if (Date.now() > deadline) {
      const seconds = Math.round(patienceMs / 1000);
      throw new AppError('lock_timeout', `Another process has held ${file} for ${seconds} s.`, {
        retryable: true,
      });
    }
    await delay(POLL_MS);
    release = tryLock(file, 'exclusive');
  }
  try {
    return await work();
  } finally {
    release();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
