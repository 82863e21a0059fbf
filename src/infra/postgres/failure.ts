// What PostgreSQL's programs say when they fail, as an AppError that says what to do.
import { AppError } from '../../model/errors.ts';

/** initdb and postgres report only in words; these are stable under LC_ALL=C (PostgreSQL 18 sources). */
const KNOWN: { pattern: RegExp; code: string; retryable: boolean; advice: string }[] = [
  {
    pattern: /No space left on device|Disk quota exceeded|ENOSPC|EDQUOT/,
    code: 'disk_full',
    retryable: true,
    advice: 'The disk is full. Free some space and start again; nothing is lost.',
  },
  {
    pattern: /Address already in use/,
    code: 'port_taken',
    retryable: true,
    advice: 'Another program took the port.',
  },
  {
    pattern: /pre-existing shared memory block|lock file "postmaster\.pid" already exists/,
    code: 'still_running',
    retryable: true,
    advice: 'An earlier PostgreSQL on this folder is still ending. Try again in a minute.',
  },
  {
    pattern: /could not look up effective user ID/,
    code: 'unknown_user',
    retryable: false,
    advice:
      'This user id has no entry in /etc/passwd, which PostgreSQL needs. Run Deskhand as a user that exists, or set DATABASE_URL.',
  },
  {
    pattern: /database files are incompatible with server/,
    code: 'database_version',
    retryable: false,
    advice: 'The database was made by another version of PostgreSQL.',
  },
  {
    pattern: /error while loading shared libraries|cannot execute|ENOENT|ENOEXEC/,
    code: 'postgres_unusable',
    retryable: false,
    advice: 'The bundled PostgreSQL does not run on this system. Set DATABASE_URL to a server.',
  },
];

/** Names the failure of `what` (such as "start PostgreSQL in /data") from the programs' output. */
export function explainFailure(what: string, output: string, cause?: unknown): AppError {
  const known = KNOWN.find(({ pattern }) => pattern.test(output));
  const words = output.trim().split('\n').slice(-8).join('\n');
  return new AppError(
    known?.code ?? 'postgres_failed',
    `Could not ${what}. ${known?.advice ?? 'PostgreSQL said:'}\n${words}`.trim(),
    { retryable: known?.retryable ?? false, cause },
  );
}
