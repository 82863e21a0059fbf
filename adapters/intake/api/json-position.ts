// Where JSON goes wrong: JSON.parse says so only for some mistakes.

const SPACE = /[ \t\n\r]*/y;
const PUNCTUATION = /[{}[\],:]/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a JSON string may hold none (RFC 8259, section 7).
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end' | 'nothing';

/** Offset of the first token that cannot stand where it does; the length of `text` when it only ends too early. */
export function jsonErrorPosition(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  const read = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  for (;;) {
    at += read(SPACE)?.length ?? 0;
    if (at >= text.length) return at;
    const string = read(STRING);
    const token: string | null = string ?? read(PUNCTUATION) ?? read(SCALAR);
    const next: Expected | null = token === null ? null : follow(token, string !== null, expected, open);
    if (token === null || next === null) return at;
    expected = next;
    at += token.length;
  }
}

/** What may come after a token; null when it may not stand here. Keeps `open` up to date. */
function follow(token: string, isString: boolean, expected: Expected, open: ('{' | '[')[]): Expected | null {
  const after = (): Expected => (open.length > 0 ? ', or end' : 'nothing');
  const wantsValue = expected === 'value' || expected === 'value or ]';
  const wantsName = expected === 'name' || expected === 'name or }';
  if (isString) return wantsName ? ':' : wantsValue ? after() : null;
  switch (token) {
    case '{':
    case '[':
      if (!wantsValue) return null;
      open.push(token);
      return token === '{' ? 'name or }' : 'value or ]';
    case '}':
    case ']': {
      const inside = token === '}' ? '{' : '[';
      const allowed = expected === ', or end' || expected === (token === '}' ? 'name or }' : 'value or ]');
      if (!allowed || open.at(-1) !== inside) return null;
      open.pop();
      return after();
    }
    case ':':
      return expected === ':' ? 'value' : null;
    case ',':
      return expected !== ', or end' ? null : open.at(-1) === '{' ? 'name' : 'value';
    default:
      return wantsValue ? after() : null;
  }
}
