// The elements of Adaptive Cards that our cards use, and how their text runs are made.
import type { CardButton, CardRef } from '../model/card.ts';

export type Colour = 'default' | 'accent' | 'good' | 'warning' | 'attention';
export type Spacing = 'none' | 'small' | 'default' | 'medium' | 'large';

export interface TextRun {
  type: 'TextRun';
  text: string;
  id?: string;
  size?: 'small' | 'default' | 'medium' | 'large';
  weight?: 'bolder';
  color?: Colour;
  isSubtle?: boolean;
  selectAction?: { type: 'Action.OpenUrl'; url: string };
}

export interface ExecuteAction {
  type: 'Action.Execute';
  title: string;
  verb: string;
  style: 'default' | 'positive' | 'destructive';
  mode: 'primary' | 'secondary';
  data: { action: CardButton['id']; ref: CardRef | null };
}

/** The elements that our cards use. There is no TextBlock or FactSet: those read Markdown, text runs do not. */
export type AdaptiveElement = { id?: string; spacing?: Spacing; separator?: boolean } & (
  | { type: 'RichTextBlock'; inlines: TextRun[] }
  | { type: 'Container'; style?: 'default' | 'emphasis' | 'good' | 'warning'; items: AdaptiveElement[] }
  | {
      type: 'Table';
      firstRowAsHeaders: boolean;
      showGridLines: boolean;
      columns: { width: number }[];
      rows: { type: 'TableRow'; cells: { type: 'TableCell'; items: AdaptiveElement[] }[] }[];
    }
  | { type: 'Image'; url: string; altText: string; size: 'stretch' }
  | { type: 'ActionSet'; actions: ExecuteAction[] }
);

export interface AdaptiveCardJson {
  type: 'AdaptiveCard';
  $schema: string;
  version: '1.5';
  fallbackText: string;
  /** What screen readers say first. */
  speak: string;
  body: AdaptiveElement[];
}

/** Words as they are. */
export function run(text: string): TextRun {
  return { type: 'TextRun', text };
}

/** Words of less weight than what is beside them. */
export function subtle(text: string): TextRun {
  return { type: 'TextRun', text, isSubtle: true };
}

/** Words that stand out. */
export function strong(text: string): TextRun {
  return { type: 'TextRun', text, weight: 'bolder' };
}

/** One line of runs. */
export function rich(
  inlines: TextRun[],
  more: { id?: string; spacing?: Spacing; separator?: boolean } = {},
): AdaptiveElement {
  return { type: 'RichTextBlock', inlines, ...more };
}

/** Words that open a page, where `url` is a web address. */
export function linked(text: string, url: string | null): TextRun {
  return isWeb(url) ? { ...run(text), selectAction: { type: 'Action.OpenUrl', url } } : run(text);
}

/** Only web addresses become links. */
function isWeb(url: string | null): url is string {
  return url !== null && url.length <= 2000 && /^https?:\/\/[^\s]+$/i.test(url);
}

/**
 * Takes the power from the two things that hosts read in any text: `{{DATE(…)}}` functions and, on Teams,
 * `<at>` mentions. An invisible joiner parts them; people read the same.
 */
export function inert(text: string): string {
  return text.replace(/\{(?=\{)/g, '{\u2060').replace(/<(?=\/?at\b)/gi, '<\u2060');
}
