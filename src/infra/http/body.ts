// Request bodies: read whole, within limits of size and patience, and checked against a schema.
import type { z } from 'zod';
import { problem } from './answer.ts';

export interface BodyLimits {
  /** Bytes. */
  max: number;
  /** Longest pause between two pieces, in milliseconds. */
  idleMs: number;
}

/** A value, or the answer that says why there is none. */
export type Checked<T> = { ok: true; value: T } | { ok: false; problem: Response };

const refuse = (answer: Response): { ok: false; problem: Response } => ({ ok: false, problem: answer });
/** After a body that was not read to its end the connection is of no more use. */
const CLOSE = { headers: { connection: 'close' } };

/** Reads the body, whatever length it claims; the request that comes back has it in memory. */
export async function bufferBody(request: Request, limits: BodyLimits): Promise<Checked<Request>> {
  const tooLarge = () =>
    refuse(
      problem(
        413,
        'too_large',
        `The body is larger than ${limits.max / 1_048_576} MB, the limit here.`,
        CLOSE,
      ),
    );
  if (Number(request.headers.get('content-length') ?? 0) > limits.max) return tooLarge();
  if (!request.body) return { ok: true, value: request };
  const reader = request.body.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const piece = await next(reader, limits.idleMs);
    if (piece === 'slow')
      return refuse(
        problem(408, 'too_slow', `Nothing of the body came for ${limits.idleMs / 1_000} s.`, CLOSE),
      );
    if (piece === 'broken') return refuse(problem(400, 'malformed', 'The body broke off.', CLOSE));
    if (!piece) break;
    size += piece.length;
    if (size > limits.max) return tooLarge();
    pieces.push(piece);
  }
  const { method, headers } = request;
  return { ok: true, value: new Request(request.url, { method, headers, body: Buffer.concat(pieces) }) };
}

async function next(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  idleMs: number,
): Promise<Uint8Array | 'slow' | 'broken' | undefined> {
  const slow = Promise.withResolvers<'slow'>();
  const timer = setTimeout(() => slow.resolve('slow'), idleMs);
  try {
    const piece = await Promise.race([reader.read(), slow.promise]);
    return piece === 'slow' ? piece : piece.value;
  } catch {
    return 'broken';
  } finally {
    clearTimeout(timer);
  }
}

/** The body as JSON (UTF-8, as RFC 8259 wants it) of the schema's shape; faults name the field. */
export async function parseJson<T>(request: Request, schema: z.ZodType<T>): Promise<Checked<T>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await request.arrayBuffer()));
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : 'it is not UTF-8';
    return refuse(problem(400, 'malformed', `The body is not JSON: ${why}`));
  }
  return check(value, schema);
}

/** The query string, each name at most once, of the schema's shape. */
export function parseQuery<T>(request: Request, schema: z.ZodType<T>): Checked<T> {
  const given = new URL(request.url).searchParams;
  const twice = [...given.keys()].find((name) => given.getAll(name).length > 1);
  if (twice)
    return refuse(
      problem(400, 'invalid', `${twice}: is given twice; separate values by commas`, { field: twice }),
    );
  return check(Object.fromEntries(given), schema);
}

/** Checks a value; the answer to a wrong one names its first field at fault, and all of them in words. */
export function check<T>(value: unknown, schema: z.ZodType<T>): Checked<T> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const faults = result.error.issues.flatMap(faultsOf);
  const field = faults[0]?.field || undefined;
  const words = faults.map((fault) => (fault.field ? `${fault.field}: ${fault.words}` : fault.words));
  return refuse(problem(400, 'invalid', words.slice(0, 10).join('; '), { field }));
}

function faultsOf(issue: z.core.$ZodIssue): { field: string; words: string }[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field: [...issue.path, key].join('.'),
      words: 'is not a known field here',
    }));
  return [{ field: issue.path.join('.'), words: issue.message }];
}
