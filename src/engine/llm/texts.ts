// Rewrites the prose inside requests and answers of chat completions, wherever it stands.

/** Keys whose strings are names of the protocol, not prose. */
const PROTOCOL = new Set(['role', 'type', 'id', 'tool_call_id', 'name', 'finish_reason', 'object', 'model']);

/** A copy of `value` in which every string that is prose went through `rewrite`; in the order they stand. */
export function rewriteTexts(
  value: unknown,
  rewrite: (text: string) => string,
  skip: ReadonlySet<string> = PROTOCOL,
): unknown {
  if (typeof value === 'string') return rewrite(value);
  if (Array.isArray(value)) return value.map((item) => rewriteTexts(item, rewrite, skip));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      skip.has(key) && typeof inner === 'string' ? inner : rewriteTexts(inner, rewrite, skip),
    ]),
  );
}

/** All prose of `value`, in the order that `rewriteTexts` meets it. */
export function textsOf(value: unknown): string[] {
  const found: string[] = [];
  rewriteTexts(value, (text) => {
    found.push(text);
    return text;
  });
  return found;
}

/** Rewrites a text that may itself be JSON, so that what is put in cannot break it. */
export function rewriteInside(text: string, rewrite: (text: string) => string): string {
  if (!/^\s*[[{]/.test(text)) return rewrite(text);
  try {
    const parsed: unknown = JSON.parse(text);
    return JSON.stringify(rewriteTexts(parsed, rewrite, new Set()));
  } catch {
    return rewrite(text);
  }
}
