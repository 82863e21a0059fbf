// Activities of Teams -> what an agent did. Pure; what means nothing is null.
import { z } from 'zod';
import { ACTION_IDS, CARD_KEY, type CardRef, type FormId } from '../../../src/model/card.ts';
import {
  type Intent,
  intentOf,
  intentOfForm,
  intentOfRewrite,
  type TakenMessage,
} from '../../../src/model/platform.ts';
import { type Activity, spotOf } from './activity.ts';
import { formOfSubmit, rewriteOf, valuesOf } from './forms.ts';

const ref = z.object({ ticketId: z.string().regex(CARD_KEY), draftVersion: z.number().int().min(0) });
const pressData = z.looseObject({
  action: z.string(),
  ref: ref.nullable(),
  origin: z.string().max(200).optional(),
});

/** The data of a button, wherever the three kinds of activities that carry one keep it. */
const invokeValue = z.union([
  z.looseObject({ action: z.looseObject({ data: pressData }) }).transform((value) => value.action.data),
  z.looseObject({ data: pressData }).transform((value) => value.data),
  pressData,
]);

/** What somebody filled in. */
interface SentForm {
  id: FormId;
  values: Record<string, string>;
  origin?: string;
}

export type Press =
  | { kind: 'intent'; ref: CardRef | null; intent: Intent; form: null }
  /** A form that was sent: `values` are given back when it is not taken. */
  | {
      kind: 'intent';
      ref: CardRef | null;
      intent: Intent;
      form: SentForm;
    }
  /** A form that cannot be a decision, with the reason. */
  | {
      kind: 'invalid';
      ref: CardRef | null;
      form: SentForm;
      problem: string;
    };

/** What a button, a dialog or a card's form means; null when it is none of ours. */
export function parsePress(activity: Activity): Press | null {
  const data = invokeValue.safeParse(activity.value).data;
  if (!data) return null;
  const action = ACTION_IDS.find((id) => id === data.action);
  if (action) return { kind: 'intent', ref: data.ref, intent: intentOf(action), form: null };
  const rewrite = rewriteOf(data.action);
  if (rewrite) {
    const intent = intentOfRewrite(rewrite, activity.id ?? crypto.randomUUID());
    return { kind: 'intent', ref: data.ref, intent, form: null };
  }
  const id = formOfSubmit(data.action);
  if (!id) return null;
  const form = { id, values: valuesOf(data), origin: data.origin };
  return pressOf(data.ref, form);
}

function pressOf(about: CardRef | null, form: SentForm): Press {
  const meant = intentOfForm(form.id, form.values, form.origin);
  return meant.ok
    ? { kind: 'intent', ref: about, intent: meant.intent, form }
    : {
        kind: 'invalid',
        ref: about,
        form,
        problem: `${meant.field}: ${meant.message}. Nothing was changed.`,
      };
}

/** https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/define-action-command */
const takenSchema = z.looseObject({
  messagePayload: z.looseObject({
    id: z.string().min(1).max(60),
    body: z.looseObject({ contentType: z.string(), content: z.string() }),
    from: z.looseObject({ user: z.looseObject({ displayName: z.string().nullish() }).nullish() }).nullish(),
  }),
});

/** The message that somebody wants a ticket for; null when the event carries none. */
export function takenMessageOf(activity: Activity): TakenMessage | null {
  const taken = takenSchema.safeParse(activity.value).data?.messagePayload;
  if (!taken) return null;
  const { contentType, content } = taken.body;
  const name = taken.from?.user?.displayName;
  return {
    id: `${spotOf(activity).channel.slice(0, 120)}/${taken.id}`,
    text: contentType === 'html' ? wordsOfHtml(content) : content,
    author: name ? { name } : {},
  };
}

/** The words of a message that Teams gives as HTML: its lines, without tags. */
function wordsOfHtml(html: string): string {
  const lines = html
    .replace(/\s+/g, (gap) => (gap.includes('\n') ? ' ' : gap))
    .replace(/<br\s*\/?>|<\/(?:p|div|li|tr|h\d|blockquote|pre)>/gi, '\n')
    .replace(/<[^<>]*>/g, '');
  return unescapeHtml(lines)
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

const OBJECT_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The person that somebody picked from Teams' own list, by Entra object id; null when none was. */
export function pickedPerson({ form }: Press): string | null {
  const to = form?.values.to;
  return to && OBJECT_ID.test(to) ? to : null;
}

/** The same form with that person's e-mail address. */
export function withPerson(press: Press, email: string): Press {
  return press.form
    ? pressOf(press.ref, { ...press.form, values: { ...press.form.values, to: email } })
    : press;
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
  words = unescapeHtml(words.replace(/<at[^<>]*>([^<\n]*)<\/at>/gi, '@$1')).replace(/\r\n?/g, '\n');
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
