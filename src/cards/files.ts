// The files that came with a customer's message.
import type { Block } from '../model/card.ts';
import type { Message } from '../model/message.ts';
import type { TicketView } from '../model/view.ts';
import { line } from './words.ts';

/** Most files that one card lists; the rest is counted. */
const MOST = 8;

/** One block with a link to each file, or none. */
export function filesOf(message: Message, { fileUrl }: Pick<TicketView, 'fileUrl'>): Block[] {
  const { attachments } = message;
  if (attachments.length === 0) return [];
  const items = attachments.slice(0, MOST).map((file) => ({
    name: line(file.name, 80),
    url: file.url ?? (file.size > 0 ? fileUrl(file.id) : null),
    note: file.omitted ? line(file.omitted, 120) : file.size > 0 ? sizeOf(file.size) : '',
  }));
  const more = attachments.length - items.length;
  return [
    {
      type: 'files',
      items: more > 0 ? [...items, { name: `and ${more} more`, url: null, note: '' }] : items,
    },
  ];
}

/** `2.4 MB`, `13 KB`. */
function sizeOf(bytes: number): string {
  const kb = bytes / 1024;
  return kb < 1000 ? `${Math.max(1, Math.round(kb))} KB` : `${(kb / 1024).toFixed(1)} MB`;
}
