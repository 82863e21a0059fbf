// What people see and fill in on Slack: words, buttons, mentions and forms, read from blocks as Slack shows them.
import { ACTION_IDS, type ActionId } from '../../src/model/card.ts';
import type { SeenForm } from '../contracts/chat-world.ts';
import type { SlackMessageState, SlackView } from './slack-double.ts';

type Json = Record<string, unknown>;

/** The people of the workspace, by name. */
export const USERS = { ana: 'U0ANA', ben: 'U0BEN', vera: 'U0VERA', stranger: 'U0OTHER' };

export function elementFor(blocks: Json[], action: ActionId): Json | undefined {
  const elements = blocks.flatMap((block) => (block.elements ?? []) as Json[]);
  const feedback = elements.find(({ type }) => type === 'feedback_buttons');
  const halves = [feedback?.positive_button, feedback?.negative_button] as (Json | undefined)[];
  const half = halves.find((one) => String(one?.value).endsWith(` ${action}`));
  if (half) return { type: 'feedback_buttons', action_id: feedback?.action_id, ...half };
  const element = elements.find(
    ({ type, action_id }) => type === 'button' && action_id === `deskhand:${action}`,
  );
  return element && { type: 'button', action_id: element.action_id, value: element.value };
}

export function optionFor(blocks: Json[], fits: (value: string) => boolean): Json | undefined {
  const menu = blocks
    .flatMap((block) => (block.elements ?? []) as Json[])
    .find(({ type }) => type === 'overflow');
  const option = ((menu?.options ?? []) as Json[]).find(({ value }) => fits(String(value)));
  return menu && option && { type: 'overflow', action_id: menu.action_id, selected_option: option };
}

/** What a person finds on a card, behind "More…" too. */
export function actionsOf(blocks: Json[]): ActionId[] {
  return ACTION_IDS.filter(
    (id) => elementFor(blocks, id) || optionFor(blocks, (value) => value.endsWith(` ${id}`)),
  );
}

function strings(value: unknown, keep: (node: Json) => string | null): string[] {
  if (Array.isArray(value)) return value.flatMap((inner) => strings(inner, keep));
  if (typeof value !== 'object' || value === null) return [];
  const node = value as Json;
  const own = keep(node);
  return [...(own === null ? [] : [own]), ...Object.values(node).flatMap((inner) => strings(inner, keep))];
}

export function wordsOf(blocks: Json[]): string {
  return strings(blocks, (node) => {
    if (node.type === 'date') return String(node.fallback);
    return typeof node.text === 'string' ? node.text : null;
  }).join('\n');
}

export function linksOf(blocks: Json[]): string[] {
  return strings(blocks, (node) => (node.type === 'link' ? String(node.url) : null));
}

/** The first row of each table. */
export function tablesOf(blocks: Json[]): string[][] {
  const tables = blocks.filter(({ type }) => type === 'table');
  return tables.map(({ rows }) => ((rows as Json[][])[0] ?? []).map(({ text }) => String(text)));
}

/** Elements that ping or lead elsewhere, and markup in texts that Slack would read. */
export function mentionsOf(message: SlackMessageState): string[] {
  const elements = strings(message.blocks, (node) => {
    if (['user', 'usergroup', 'broadcast', 'channel', 'team'].includes(String(node.type)))
      return String(node.type);
    if (node.type === 'mrkdwn' && /<[@!#]|<\w+:|@(here|channel|everyone)/.test(String(node.text)))
      return String(node.text);
    return node.type === 'link' && /\/\/[^/]*evil\.example/.test(String(node.url)) ? String(node.url) : null;
  });
  return [...elements, ...(/<[@!#\w]/.test(message.text) ? [message.text] : [])];
}

const inputsOf = (view: SlackView) => (view.view.blocks as Json[]).filter(({ type }) => type === 'input');

/** Values by field; the parts of a long text with the blank line that people see between them. */
export function formValues(view: SlackView): SeenForm['values'] {
  const values: Record<string, string> = {};
  for (const { element } of inputsOf(view)) {
    const input = element as Json;
    const field = String(input.action_id);
    const chosen = (input.initial_options ?? [input.initial_option ?? {}]) as Json[];
    const value = String(input.initial_value ?? chosen.map((option) => option.value ?? '').join(','));
    values[field] = [values[field], value].filter(Boolean).join('\n\n');
  }
  return values;
}

/** `view.state.values` as Slack sends it, after a person has typed and chosen. Throws where Slack would not let them. */
export function stateOf(view: SlackView, values: Record<string, string>): Record<string, Json> {
  const state: Record<string, Json> = {};
  for (const block of inputsOf(view)) {
    const input = block.element as Json;
    const field = String(input.action_id);
    // A text that was typed anew stands in the first input; a time in the picker of times.
    const isChosen = inputsOf(view).some(
      ({ element }) =>
        (element as Json).type === 'radio_buttons' &&
        (element as Json).action_id === field &&
        optionsOf(element as Json).some(({ value }) => value === values[field]),
    );
    const here = block.block_id === field || (input.type === 'datetimepicker' && !isChosen);
    const typed = field in values ? (here ? values[field] : '') : undefined;
    state[String(block.block_id)] = { [field]: given(input, typed) };
  }
  return state;
}

function optionsOf(input: Json): Json[] {
  const groups = ((input.option_groups ?? []) as Json[]).flatMap(({ options }) => options as Json[]);
  return [...((input.options ?? []) as Json[]), ...groups];
}

function given(input: Json, typed: string | undefined): Json {
  const type = String(input.type);
  const options = optionsOf(input);
  switch (type) {
    case 'plain_text_input': {
      const value = typed ?? input.initial_value ?? null;
      if (String(value ?? '').length > Number(input.max_length)) throw new Error('too long for the input');
      return { type, value: value === '' ? null : value };
    }
    case 'users_select': {
      const id = Object.entries(USERS).find(([name]) => typed?.startsWith(`${name}@`))?.[1];
      return { type, selected_user: id ?? null };
    }
    case 'datetimepicker':
      return { type, selected_date_time: typed ? Math.floor(Date.parse(typed) / 1_000) : null };
    case 'multi_static_select': {
      const values = typed?.split(',').filter(Boolean);
      const chosen = values?.map((value) => options.find((option) => option.value === value));
      if (chosen?.includes(undefined)) throw new Error(`"${typed}" are not all among the options`);
      return { type, selected_options: chosen ?? input.initial_options ?? [] };
    }
    case 'radio_buttons':
      return { type, selected_option: options.find(({ value }) => value === typed) ?? null };
    default: {
      const chosen =
        typed === undefined ? input.initial_option : options.find(({ value }) => value === typed);
      if (typed && !chosen) throw new Error(`"${typed}" is none of the options`);
      return { type, selected_option: chosen ?? null };
    }
  }
}
