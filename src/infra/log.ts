// Structured logs: one JSON line an event, or a short line for people; secrets never get through.
import { pino } from 'pino';
import type { Log } from '../ports.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LogOptions {
  level: LogLevel;
  /** Lines for people instead of JSON. */
  pretty?: boolean;
  /** Takes each finished line. Default: standard error, so that standard output stays free for results. */
  write?: (line: string) => void;
}

/** Field names whose values are never written. */
const SECRET = /authorization|cookie|passw(or)?d|secret|token|api[-_]?key/i;
/** User and password of an address, as in postgres://user:password@host. */
const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"']+@/gi;
/** Drizzle's errors quote the query's values, which are customers' words; so do `params` and PostgreSQL's `detail`. */
const QUERY_VALUES = /\nparams: [\s\S]*?(?=\n {4}at |$)/g;
/** How deep fields are looked into; deeper ones are left out. */
const MAX_DEPTH = 5;

/**
 * A `Log` on pino. Values of fields named like secrets, the credentials of any URL and the
 * values of failed queries are replaced by `***`.
 */
export function createLog({ level, pretty = false, write = toStandardError }: LogOptions): Log {
  const destination = {
    write: (line: string) => {
      const safe = line.replace(URL_CREDENTIALS, '$1***@');
      write(pretty ? forPeople(safe) : safe);
    },
  };
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => ({ ...clean(fields, MAX_DEPTH) }),
      },
    },
    destination,
  );
}

function clean(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, SECRET.test(name) ? '***' : plain(value, depth)]),
  );
}

function plain(value: unknown, depth: number): unknown {
  if (value instanceof Error) {
    const { params: _values, detail: _row, ...own }: Record<string, unknown> = { ...value };
    const fields = depth > 0 ? clean(own, depth - 1) : {};
    return { ...fields, name: value.name, message: plain(value.message, 0), stack: plain(value.stack, 0) };
  }
  if (typeof value === 'string') return value.replace(QUERY_VALUES, '\nparams: ***');
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if (depth === 0) return '…';
  return Array.isArray(value) ? value.map((item) => plain(item, depth - 1)) : clean(value, depth - 1);
}

/** `10:02:11 warn  wake-up lost  ticketId=1042`, in local time. */
function forPeople(line: string): string {
  const { time, level, msg, ...fields }: Record<string, unknown> = JSON.parse(line);
  const rest = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const at = new Date(String(time)).toTimeString().slice(0, 8);
  return `${at} ${String(level).padEnd(5)} ${[String(msg), ...rest].join('  ')}\n`;
}

function toStandardError(line: string): void {
  process.stderr.write(line);
}
