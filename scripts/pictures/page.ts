// What the pages for pictures share: words that stay words, a font, and the emoji that fonts of servers lack.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Scheme = 'light' | 'dark';

/** Who posts, as the platforms show it above a message. */
export interface Author {
  name: string;
  time: string;
  isApp: boolean;
  /** Behind the initial. */
  colour: string;
}

export const DESKHAND: Author = { name: 'Deskhand', time: '10:31', isApp: true, colour: '#1f2937' };

const circle = (fill: string) => `<circle cx="9" cy="9" r="7.5" fill="${fill}"/>`;
const stroke = (path: string, colour = 'currentColor') =>
  `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/>`;

/** Shapes in a square of 18. */
const EMOJI: Record<string, string> = {
  '🔴': circle('#dd2e44'),
  '🟠': circle('#f4900c'),
  '🔵': circle('#3b88fd'),
  '⚪': circle('#c9d1d9'),
  '▫️': '<rect x="5" y="5" width="8" height="8" rx="1.5" fill="#98a2b3"/>',
  '✅': `<rect x="1.5" y="1.5" width="15" height="15" rx="3" fill="#2fa56b"/>${stroke('M5 9.5l2.8 2.8L13 6.5', '#fff')}`,
  '⚠️': `<path d="M9 2l7.5 13.5h-15z" fill="#fdb022"/>${stroke('M9 7v4', '#5b3b00')}<circle cx="9" cy="13.2" r=".9" fill="#5b3b00"/>`,
  '⏰': `${stroke('M9 3.5a6 6 0 1 0 .01 0M9 6.5v3.2l2 1.3', '#dd2e44')}`,
  '💬': '<path d="M2 4.5A2.5 2.5 0 0 1 4.5 2h9A2.5 2.5 0 0 1 16 4.5v6a2.5 2.5 0 0 1-2.5 2.5H8l-4 3.5V13A2.5 2.5 0 0 1 2 10.500z" fill="#8fb3d9"/>',
  '✏️': '<path d="M2.5 15.500l1-4L12 3l3 3-8.5 8.500z" fill="#f4b63f"/><path d="M2.5 15.500l1-4 3 3z" fill="#7a5b2e"/>',
  '↩️': stroke('M7 4L3 8l4 4M3 8h7a4 4 0 0 1 0 8H8', '#3b88fd'),
  '🔒': `<rect x="3.5" y="8" width="11" height="8" rx="2" fill="#f4b63f"/>${stroke('M6 8V6a3 3 0 0 1 6 0v2', '#98a2b3')}`,
  '📎': stroke('M13 8l-5 5a2.5 2.5 0 0 1-3.5-3.500l6-6a1.8 1.8 0 0 1 2.5 2.500l-5.5 5.5', '#98a2b3'),
  '📈': `<rect x="2" y="2" width="14" height="14" rx="2" fill="#e6ecf2"/>${stroke('M4 12l3.5-4 2.5 2.500L14 5', '#dd2e44')}`,
};
const ANY_EMOJI = new RegExp(Object.keys(EMOJI).join('|'), 'g');

/** Words as HTML: nothing in them acts, line breaks are kept. */
export function words(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '<br>')
    .replace(ANY_EMOJI, (emoji) => `<svg class="emoji" viewBox="0 0 18 18">${EMOJI[emoji]}</svg>`);
}

/** A square with the initial, where clients show a face. */
export function face({ name, colour }: Author): string {
  return `<div class="face" style="background:${colour}">${words(name.slice(0, 1))}</div>`;
}

const font = (weight: string, file: string) => {
  const folder = import.meta.resolve('@expo-google-fonts/inter/package.json');
  const path = fileURLToPath(new URL(`./${file}/Inter_${file}.ttf`, folder));
  return `@font-face{font-family:Face;font-weight:${weight};src:url(data:font/ttf;base64,${readFileSync(path, 'base64')})}`;
};

/** The font of the pictures: none of those that the clients use may be shipped. */
export const FONT = [
  font('400', '400Regular'),
  font('500', '500Medium'),
  font('600', '600SemiBold'),
  font('700', '700Bold'),
].join('\n');

/** A whole page: `style` is the platform's, `body` what stands on it. */
export function page(style: string, scheme: Scheme, body: string): string {
  return `<!doctype html><html class="${scheme}"><meta charset="utf-8"><style>
${FONT}
*{box-sizing:border-box;margin:0}body{font-family:Face,sans-serif}
.emoji{width:1.150em;height:1.150em;vertical-align:-.22em}
.face{width:36px;height:36px;border-radius:8px;color:#fff;font-weight:700;display:grid;place-items:center;flex:none}
${style}</style><body>${body}</body></html>`;
}
