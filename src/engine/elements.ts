// Takes whole elements out of a text with markup, in one pass however many are opened and never closed.

/**
 * The text without each element whose beginning `opening` matches (a global pattern, the name in group 1), up to its
 * next closing tag. What is never closed stays.
 */
export function withoutElements(text: string, opening: RegExp): string {
  /** Closing tags by name, the first one last. */
  const closing = new Map<string, { from: number; to: number }[]>();
  for (const tag of [...text.matchAll(/<\/(\w+)\s*>/g)].reverse()) {
    const name = tag[1]?.toLowerCase() ?? '';
    const known = closing.get(name) ?? [];
    known.push({ from: tag.index, to: tag.index + tag[0].length });
    closing.set(name, known);
  }
  let out = '';
  let at = 0;
  for (const tag of text.matchAll(opening)) {
    if (tag.index < at) continue;
    const ends = closing.get(tag[1]?.toLowerCase() ?? '') ?? [];
    const inside = tag.index + tag[0].length;
    while ((ends.at(-1)?.from ?? inside) < inside) ends.pop();
    const end = ends.at(-1);
    if (!end) continue;
    out += text.slice(at, tag.index);
    at = end.to;
  }
  return out + text.slice(at);
}
