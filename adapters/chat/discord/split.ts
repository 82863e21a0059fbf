// A text over several inputs of a form, and back without losing a character.

/** `joint` names what stood before this part: a paragraph's end, a line's end, a space, or nothing. */
export interface TextPart {
  text: string;
  joint: string;
}

const JOINTS: Record<string, string> = { p: '\n\n', l: '\n', s: ' ', n: '' };

/** Room left in each part for what the agent adds, as long as there are inputs enough. */
const COMFORTABLE = 0.75;

/** At most `most` parts of at most `max` characters, ending where paragraphs, lines or words do; null when it cannot be. */
export function splitText(text: string, most: number, max: number): TextPart[] | null {
  for (const size of [max * COMFORTABLE, max]) {
    const parts = cutAt(text, Math.floor(size));
    if (parts.length <= most) return parts;
  }
  const parts = cutAt(text, max, ['n']);
  return parts.length <= most ? parts : null;
}

function cutAt(text: string, size: number, joints = ['p', 'l', 's', 'n']): TextPart[] {
  const parts: TextPart[] = [];
  let rest = text;
  let joint = 'n';
  while (rest.length > size) {
    const found = joints
      .map((name) => ({ name, at: lastBreak(rest, JOINTS[name] ?? '', size) }))
      .find(({ name, at }) => at > (name === 'n' ? 0 : size / 2));
    const { name, at } = found ?? { name: 'n', at: size };
    parts.push({ text: rest.slice(0, at), joint });
    rest = rest.slice(at + (JOINTS[name] ?? '').length);
    joint = name;
  }
  return [...parts, { text: rest, joint }];
}

/** Where the last break at or before `size` begins; neighbours of a break are never white space, which inputs may lose. */
function lastBreak(text: string, joint: string, size: number): number {
  let at = size;
  if (joint === '') return /[\ud800-\udbff]/.test(text[at - 1] ?? '') ? at - 1 : at;
  for (;;) {
    at = text.lastIndexOf(joint, at);
    if (at <= 0) return -1;
    if (/\S/.test(text[at - 1] ?? '') && /\S/.test(text[at + joint.length] ?? '')) return at;
    at--;
  }
}

/** Parts that were emptied go with what joined them. */
export function joinParts(parts: TextPart[]): string {
  return parts
    .filter(({ text }) => text !== '')
    .reduce((whole, { text, joint }, n) => (n === 0 ? text : whole + (JOINTS[joint] ?? '\n\n') + text), '');
}
