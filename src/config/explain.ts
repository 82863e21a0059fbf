// Turns zod issues into sentences: what is wrong, what was found, what is allowed.
import { z } from 'zod';

/** Variables whose values are never shown. */
const SECRET = /TOKEN|SECRET|PASSWORD|KEY|_URL/;

/**
 * One line an issue. `value` is what was parsed, `schema` is used to find the nearest known key for unknown
 * ones, `place` is the file's name ("config/deskhand.yaml") or "environment".
 */
export function explainIssues(
  error: { issues: z.core.$ZodIssue[] },
  value: unknown,
  schema: z.ZodType | null,
  place: string,
): string[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      const known = schema ? knownKeys(schema, path) : [];
      return issue.keys.map((key) => unknownKey(place, [...path, key], known));
    }
    const isEnv = path[0] === 'env' || place === 'environment';
    const name = dotted(path);
    const where = isEnv ? 'environment' : place;
    // A check of one's own that tells what was found and what is allowed, in that order.
    if (issue.code === 'custom' && issue.message.includes('; ')) return `${where}: ${name} ${issue.message}.`;
    const got = valueAt(value, path);
    const shown =
      got === undefined
        ? 'is missing'
        : isEnv && SECRET.test(name)
          ? 'has a value that cannot be used'
          : `is ${shorten(JSON.stringify(got))}`;
    return `${where}: ${name} ${shown}; expected ${expectation(issue)}.`;
  });
}

function unknownKey(place: string, path: string[], known: string[]): string {
  const nearest = nearestKey(path.at(-1) ?? '', known);
  const remedy = nearest
    ? `did you mean "${nearest}"?`
    : known.length > 0
      ? `known keys: ${known.join(', ')}.`
      : 'remove it.';
  return `${place}: unknown key "${dotted(path)}"; ${remedy}`;
}

/** `agents.0.email` as people write it, `agents[0].email`; the wrappers of adapters' slices are left out. */
function dotted(path: string[]): string {
  return path
    .filter((part, index) => index > 0 || (part !== 'env' && part !== 'yaml'))
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
};

/** What is allowed instead. Messages that the schema brings along are kept; zod's own are put into words. */
function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.join(', ')}`;
    case 'too_small':
      if (!issue.message.startsWith('Too small')) return issue.message;
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue)}`;
    case 'too_big':
      if (!issue.message.startsWith('Too big')) return issue.message;
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit(issue)}`;
    case 'invalid_format':
      return issue.format === 'email' ? 'an e-mail address such as ana@example.com' : issue.message;
    case 'invalid_union':
      return [...new Set(issue.errors.flat().map(expectation))].join(', or ') || issue.message;
    default:
      return issue.message.replace(/^(Invalid input: )?(expected )?/i, '').replace(/\.$/, '');
  }
}

function unit({ origin }: { origin: string }): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}

function valueAt(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}

/** Property names that a schema allows at a path, read from its JSON schema. */
function knownKeys(schema: z.ZodType, path: string[]): string[] {
  let at: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  for (const key of path)
    at = /^\d+$/.test(key)
      ? valueAt(at, ['items'])
      : (valueAt(at, ['properties', key]) ?? valueAt(at, ['additionalProperties']));
  const properties = valueAt(at, ['properties']);
  if (typeof properties === 'object' && properties !== null) return Object.keys(properties);
  // A record: its keys are values of an enum.
  const names = valueAt(at, ['propertyNames', 'enum']);
  return Array.isArray(names) ? names.map(String) : [];
}

/** The known word within two or so typing mistakes of `word`, or null. Very short words must nearly fit. */
export function nearestKey(word: string, known: string[]): string | null {
  const scored = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  const limit = Math.min(word.length - 2, Math.max(2, Math.floor(word.length / 3)));
  return best && best.distance <= limit ? best.candidate : null;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
