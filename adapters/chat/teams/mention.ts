// Mentions that the configuration asks for: entities beside the card, never words of the card itself.
import type { AgentRef } from '../../../src/model/platform.ts';
import type { Content } from './render.ts';

/** More than these would be noise. */
const MOST = 20;

/**
 * The card with exactly these people mentioned in its first line, by Entra object id or user principal name:
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
 */
export function mentioning(content: Content, people: AgentRef[]): Content {
  const entities = people.slice(0, MOST).map(({ userId, name }) => {
    const shown = (name ?? userId).replace(/[<>&"]/g, '').slice(0, 100);
    return {
      type: 'mention' as const,
      text: `<at>${shown}</at>`,
      mentioned: { id: userId, name: shown },
    };
  });
  if (entities.length === 0) return content;
  const text = entities.map((entity) => entity.text).join(' ');
  return {
    ...content,
    card: {
      ...content.card,
      body: [{ type: 'TextBlock', text, wrap: true }, ...content.card.body],
      msteams: { width: 'Full', entities },
    },
  };
}
