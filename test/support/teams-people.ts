// People at Teams' clients: they press, fill in and write as the real clients do, and see what comes back.
import { randomUUID } from 'node:crypto';
import type { Route } from '../../src/ports.ts';
import {
  type AnyCard,
  actionsOn,
  type CardAction,
  type CardElement,
  elementsOf,
  wordsOn,
} from './adaptive-schema.ts';
import { BOT, CHANNEL, type Member, type TeamsDouble } from './teams-double.ts';
import { botFrameworkToken, type Claims } from './teams-signature.ts';

/** The zone of everybody's client. */
const ZONE = 'Europe/Paris';

/** A card's form in front of somebody: within the card, or in a dialog. */
export interface OpenForm {
  title: string;
  body: CardElement[];
  submit: CardAction;
  /** What else its menu has. */
  more: CardAction[];
  /** In a window that was opened from the menu of a message. */
  extension?: boolean;
  /** The message it was opened on. */
  message: { channel: string; root: string | null; id: string };
}

export interface Answer {
  status: number;
  body: unknown;
}

export type TeamsPerson = ReturnType<typeof createTeamsPerson>;

/** `route`: the bot's messaging endpoint. */
export function createTeamsPerson(member: Member, double: TeamsDouble, route: () => Route) {
  const state = { form: null as OpenForm | null, notices: [] as string[] };

  const envelope = (channel: string, root: string | null) => ({
    id: `f:${randomUUID()}`,
    channelId: 'msteams',
    serviceUrl: double.serviceUrl,
    timestamp: new Date().toISOString(),
    from: { id: member.id, name: member.name, aadObjectId: member.aadObjectId },
    recipient: { id: `28:${BOT.id}`, name: 'Deskhand' },
    conversation: {
      id: root === null ? channel : `${channel};messageid=${root}`,
      conversationType: channel.startsWith('19:') ? 'channel' : 'personal',
      isGroup: channel.startsWith('19:'),
      tenantId: BOT.tenantId,
    },
    channelData: {
      tenant: { id: BOT.tenantId },
      ...(channel.startsWith('19:') ? { team: { id: CHANNEL }, channel: { id: channel } } : {}),
    },
    entities: [{ type: 'clientInfo', locale: 'en-GB', platform: 'Web', timezone: ZONE }],
    localTimezone: ZONE,
    locale: 'en-GB',
  });

  /** Posts an activity as Microsoft does, `times` times; returns the last answer. */
  async function post(
    activity: Record<string, unknown>,
    { times = 1, claims = {} as Claims | null } = {},
  ): Promise<Answer> {
    const token = claims && botFrameworkToken({ aud: BOT.id, serviceurl: double.serviceUrl, ...claims });
    const deliver = async (): Promise<Answer> => {
      const request = new Request('https://bot.example/webhooks/teams', {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify(activity),
      });
      const response = await route().handle(request, {}, { address: '52.112.0.1' });
      const text = await response.text();
      return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
    };
    const answers = await Promise.all(Array.from({ length: times }, deliver));
    return answers.at(-1) ?? { status: 0, body: null };
  }

  /** Shows what an invoke was answered with. */
  function show(answer: Answer, message: OpenForm['message'], extension = false): void {
    const body = answer.body as {
      type?: string;
      value?: unknown;
      task?: { type: string; value: string | { title: string; card: { content: AnyCard } } };
    } | null;
    if (answer.status !== 200) {
      state.notices.push(`Something went wrong (${answer.status}). Please try again.`);
      return;
    }
    if (body?.type === 'application/vnd.microsoft.activity.message') state.notices.push(String(body.value));
    const { task } = body ?? {};
    if (typeof task?.value === 'string') state.notices.push(task.value);
    if (task && typeof task.value === 'object') {
      const { title, card } = task.value;
      const [submit, ...more] = card.content.actions ?? [];
      if (!submit) throw new Error('a dialog without a button');
      state.form = { title, body: card.content.body, submit, more, message, extension };
      state.notices.push(wordsOn(card.content));
    }
  }

  async function invoke(
    message: OpenForm['message'],
    action: CardAction,
    inputs: Record<string, string>,
    times = 1,
    extension = false,
  ) {
    const value =
      action.type === 'Action.Execute'
        ? {
            action: {
              type: action.type,
              title: action.title,
              verb: action.verb,
              data: { ...action.data, ...inputs },
            },
            trigger: 'manual',
          }
        : action.type === 'Action.Submit'
          ? { data: { ...action.data, ...inputs }, context: { theme: 'default' } }
          : null;
    if (!value) throw new Error(`${action.type} sends nothing`);
    const fetch = action.type === 'Action.Submit' && action.data.msteams !== undefined;
    const dialog = extension ? 'composeExtension/submitAction' : fetch ? 'task/fetch' : 'task/submit';
    const name = action.type === 'Action.Execute' ? 'adaptiveCard/action' : dialog;
    const activity = {
      ...envelope(message.channel, message.root ?? message.id),
      type: 'invoke',
      name,
      replyToId: message.id,
      value: extension ? { commandId: 'createTicket', commandContext: 'message', ...value } : value,
    };
    state.form = null;
    show(await post(activity, { times }), message, extension);
  }

  return {
    state,
    envelope,
    post,

    /** Presses a button of a card as it was seen. */
    async press(message: OpenForm['message'], card: AnyCard, action: string, times = 1): Promise<void> {
      const found = actionsOn(card).find((one) => nameOf(one) === action);
      if (!found) throw new Error(`there is no button ${action}`);
      if (found.type === 'Action.ShowCard') {
        const [submit, ...more] = found.card.actions;
        if (!submit) throw new Error('a form without a button');
        state.form = { title: found.title, body: found.card.body, submit, more, message };
        return;
      }
      await invoke(message, found, {}, times);
    },

    async submit(values: Record<string, string>, times = 1): Promise<void> {
      const { form } = state;
      if (!form) throw new Error('no form is open');
      await invoke(form.message, form.submit, fill(form.body, values), times, form.extension);
    },

    /** Presses one of the other buttons of the open form. */
    async pressInForm(action: string): Promise<void> {
      const { form } = state;
      const found = form && actionsOn({ ...form, actions: form.more }).find((one) => nameOf(one) === action);
      if (!form || !found) throw new Error(`there is no button ${action} in the form`);
      await invoke(form.message, found, {});
    },

    /** Chooses "Create ticket" in the menu of somebody's message. */
    async take(text: string, author: string, times = 1): Promise<void> {
      const id = String(
        1_600_000_000_000 + ([...text].reduce((sum, char) => sum * 3 + char.charCodeAt(0), 7) % 1e9),
      );
      const message = { channel: CHANNEL, root: null, id };
      const value = {
        commandId: 'createTicket',
        commandContext: 'message',
        messagePayload: {
          id,
          body: { contentType: 'html', content: `<div>${escapeHtml(text).replace(/\n/g, '<br>')}</div>` },
          from: { user: { id: 'u', displayName: author } },
        },
      };
      const activity = {
        ...envelope(CHANNEL, null),
        type: 'invoke',
        name: 'composeExtension/fetchTask',
        value,
      };
      show(await post(activity, { times }), message, true);
    },

    /** Writes into a thread, or begins one. A typed @deskhand becomes a mention, as people choose it from the list. */
    async write(text: string, root: string | null, times = 1): Promise<string> {
      const id = double.nextId();
      const mentions = /^@deskhand\b/i.test(text);
      const escaped = escapeHtml(text).replace(/^@deskhand/i, '<at>Deskhand</at>');
      const message = envelope(CHANNEL, root ?? id);
      const entities = [
        ...message.entities,
        ...(mentions
          ? [
              {
                type: 'mention',
                text: '<at>Deskhand</at>',
                mentioned: { id: `28:${BOT.id}`, name: 'Deskhand' },
              },
            ]
          : []),
      ];
      await post(
        { ...message, id, type: 'message', textFormat: 'plain', text: escaped, entities },
        { times },
      );
      return id;
    },
  };
}

/** What a button is called in our model. */
export function nameOf(action: CardAction): string {
  if (action.type === 'Action.ShowCard') return action.id ?? '';
  return action.type === 'Action.OpenUrl' ? '' : action.data.action;
}

/** What stands in a form's inputs. */
export function valuesIn(body: CardElement[]): Record<string, string> {
  return Object.fromEntries(
    elementsOf({ body }).flatMap((element) => (isInput(element) ? [[element.id, element.value ?? '']] : [])),
  );
}

type Input = Extract<CardElement, { id: string }>;
const isInput = (element: CardElement): element is Input => element.type.startsWith('Input.');

/** Fills a form as a person would; the client refuses what the inputs do not take. */
function fill(body: CardElement[], values: Record<string, string>): Record<string, string> {
  const inputs = elementsOf({ body }).filter(isInput);
  const filled = valuesIn(body);
  for (const [id, value] of Object.entries(values)) {
    const input = inputs.find((one) => one.id === id);
    if (!input) throw new Error(`the form has no ${id}`);
    const chosen = input.type === 'Input.ChoiceSet' && input.isMultiSelect ? value.split(',') : [value];
    const offered =
      input.type !== 'Input.ChoiceSet' ||
      input['choices.data'] !== undefined ||
      chosen.every((one) => input.choices.some((choice) => choice.value === one));
    if (offered) filled[id] = value;
    else if (inputs.some((one) => one.id === `${id}.date`)) {
      const local = new Date(value).toLocaleString('sv-SE', { timeZone: ZONE });
      filled[`${id}.date`] = local.slice(0, 10);
      filled[`${id}.time`] = local.slice(11, 16);
    } else throw new Error(`${value} cannot be chosen as ${id}`);
  }
  for (const input of inputs) {
    const value = filled[input.id] ?? '';
    if (input.isRequired && !value) throw new Error(`${input.id} must be filled in`);
    if (input.type === 'Input.Text' && value.length > (input.maxLength ?? Number.POSITIVE_INFINITY))
      throw new Error(`${input.id} is too long`);
  }
  return Object.fromEntries(Object.entries(filled).filter(([, value]) => value !== ''));
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char] ?? char);
}
