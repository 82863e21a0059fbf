// Mentions that the configuration asks for: user elements beside the card, never words of the card itself.
import type { SlackMessage } from './render.ts';
import { type RichElement, rich } from './rich.ts';

/** More than these would be noise. */
const MOST = 20;

/** The message with exactly these people mentioned above it, in the notification as well. */
export function mentioning(message: SlackMessage, userIds: string[]): SlackMessage {
  const people = userIds.slice(0, MOST);
  if (people.length === 0) return message;
  const elements = people.flatMap((user_id, n): RichElement[] => [
    ...(n > 0 ? [{ type: 'text' as const, text: ' ' }] : []),
    { type: 'user', user_id },
  ]);
  return {
    text: `${people.map((id) => `<@${id}>`).join(' ')} ${message.text}`,
    blocks: [...rich({ type: 'rich_text_section', elements }), ...message.blocks],
  };
}
