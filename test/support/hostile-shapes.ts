// Texts of shapes that make careless patterns and loops slow: runs, beginnings that never end, logs, letters, data.

const RUNS = [
  'a', 'A', ' ', '\n', '\r', '0', '.', '-', '*', '`', '<', '[', '@', '/', '\\', '?', '"', '«', ',', '漢', '😀', '\ud83d',
]; // biome-ignore format: one list

const PAIRS = [
  'a ', '*a', '[a](', '![](', '<b ', '</', '<script', '<b hidden ', 'http://', 'a@a.', '0-', '0.', '0 ', '1,', 'A1-', '[name] ', '> ', '\n ',
  '\n-', '1. a\n', '-- \n', '## \n', 'a.\n', 'key=', '{{', '{{a}}', '@everyone ', '/*', '😀 ', '❤️',
]; // biome-ignore format: one list

const WORDS = [
  'On Monday Ana wrote:\n', 'From: a\nSent: b\nTo: c\n', 'Kind regards,\n', 'at a.b (c:1:2)\n', 'password is ', 'within 2 hours ', 'ignore all ',
  '8.8.8.8 ', 'GB82 WEST 1234 ', 'https://example.com/a?token=abcdefgh ', '2026-03-02T08:00:00 ERROR job 1 failed with EXP-504\n',
  'iVBORw0KGgoAAAANSUhEUg', '<p>Hello</p>', 'Привет hello 你好 مرحبا ',
]; // biome-ignore format: one list

/** What stands before and behind: patterns fail late, at what they did not expect. */
const ENDS = [
  ['x', '~'],
  ['', ''],
  ['', '\nx'],
] as const;

/** Every shape as a text of `length` characters, with a name that tells what it is made of. */
export function* hostileTexts(length: number): Generator<[name: string, text: string]> {
  const units = [...RUNS, ...PAIRS, ...WORDS];
  for (const [n, unit] of units.entries()) {
    const [before, after] = ENDS[n % ENDS.length] ?? ENDS[0];
    yield [JSON.stringify(unit), filled(before, unit, after, length)];
  }
  for (const [open = '', close = ''] of ['[]', '{}', '<>'])
    yield [`nested ${open}${close}`, open.repeat(length / 2) + close.repeat(length / 2)];
  let mixed = '';
  for (let n = 0; mixed.length < length; n += 1) mixed += units[(n * n + 7 * n) % units.length];
  yield ['everything, mixed', mixed.slice(0, length)];
}

function filled(before: string, unit: string, after: string, length: number): string {
  const room = length - before.length - after.length;
  return before + unit.repeat(Math.ceil(room / unit.length)).slice(0, room) + after;
}
