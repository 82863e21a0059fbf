// Activities of Teams -> what an agent did. Pure; what means nothing is null.
import { z } from 'zod';
import { ACTION_IDS, CARD_KEY, type CardRef, type FormId } from '../../../src/model/card.ts';
import { type Intent, intentOf, intentOfForm } from '../../../src/model/platform.ts';
import { type Activity, timeZoneOf } from './activity.ts';
import { formOfSubmit, valuesOf } from './forms.ts';

const ref = z.object({ ticketId: z.string().regex(CARD_KEY), draftVersion: z.number().int().min(0) });
const pressData = z.looseObject({ action: z.string(), ref: ref.nullable() });

/** The data of a button, wherever the three kinds of activities that carry one keep it. */
const invokeValue = z.union([
  z.looseObject({ action: z.looseObject({ data: pressData }) }).transform((value) => value.action.data),
  z.looseObject({ data: pressData }).transform((value) => value.data),
  pressData,
]);

export type Press =
  | { kind: 'intent'; ref: CardRef | null; intent: Intent; form: null }
  /** A form that was sent: `values` are given back when it is not taken. */
  | {
      kind: 'intent';
      ref: CardRef | null;
      intent: Intent;
      form: { id: FormId; values: Record<string, string> };
    }
  /** A form that cannot be a decision, with the reason. */
  | {
      kind: 'invalid';
      ref: CardRef | null;
      form: { id: FormId; values: Record<string, string> };
      problem: string;
    };

/** What a button, a dialog or a card's form means; null when it is none of ours. */
export function parsePress(activity: Activity): Press | null {
  const data = invokeValue.safeParse(activity.value).data;
  if (!data) return null;
  const action = ACTION_IDS.find((id) => id === data.action);
  if (action) return { kind: 'intent', ref: data.ref, intent: intentOf(action), form: null };
  const id = formOfSubmit(data.action);
  if (!id) return null;
  const form = { id, values: valuesOf(data, timeZoneOf(activity)) };
  const meant = intentOfForm(id, form.values);
  return meant.ok
    ? { kind: 'intent', ref: data.ref, intent: meant.intent, form }
    : {
        kind: 'invalid',
        ref: data.ref,
        form,
        problem: `${meant.field}: ${meant.message}. Nothing was changed.`,
      };
}

export interface Words {
  text: string;
  /** The bot was mentioned; the text begins with `@deskhand` where the mention began it. */
  addressed: boolean;
}

const mention = z.looseObject({
  type: z.literal('mention'),
  text: z.string(),
  mentioned: z.looseObject({ id: z.string(), name: z.string().optional() }),
});

/**
 * The words of a message as their author typed them. Teams marks mentions with `<at>` and escapes the rest
 * as HTML does.
 */
export function wordsOf({ text = '', entities = [], recipient }: Activity): Words {
  let addressed = false;
  let words = text;
  for (const entity of entities) {
    const found = mention.safeParse(entity).data;
    if (!found) continue;
    const bot = found.mentioned.id === recipient.id;
    addressed ||= bot;
    words = words.replace(found.text, () => (bot ? '@deskhand' : `@${found.mentioned.name ?? 'someone'}`));
  }
  words = unescapeHtml(words.replace(/<at[^>]*>(.*?)<\/at>/gi, '@$1')).replace(/\r\n?/g, '\n');
  return { text: words.trim(), addressed };
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' };

function unescapeHtml(text: string): string {
  return text.replace(/&(#\d{1,6}|#x[\da-f]{1,5}|\w{2,4});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = name[1]?.toLowerCase() === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** A command as the flows know it: without the bot's name. */
export function commandOf(text: string): string {
  return text.replace(/^\s*(@deskhand|\/deskhand)[\s:,]*/i, '').trim();
}
