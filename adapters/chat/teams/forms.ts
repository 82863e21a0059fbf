// Form <-> inputs of an Adaptive Card, inside a ticket's card or in a dialog.
import { toAdaptive } from '../../../src/cards/adaptive.ts';
import { FORM_IDS, type Form, type FormField, type FormId, type Rewrite } from '../../../src/model/card.ts';
import { parseRewrite } from '../../../src/model/platform.ts';
import { isTimeZone, zonedInstant } from '../../../src/model/zone.ts';
import type { AdaptiveElement, FormElement, InputElement, TeamsAction, TeamsCard } from './card-json.ts';
import { bytesOf, LIMITS } from './limits.ts';

/**
 * People of the conversation that the card stands in.
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/people-picker
 */
const MEMBERS = 'graph.microsoft.com/users?scope=currentContext';
/** More choices than this are searched by typing. */
const FILTERED_FROM = 8;
/** Keys of a press that are not fields; the date and time inputs beside the presets of a field. */
const RESERVED = ['action', 'ref', 'origin', 'msteams', 'timeZone'];
const DATE = '.date';
const TIME = '.time';

/** Begins the name of a button that has the draft written anew. */
const REWRITE = 'rewrite:';
const NOT_KEPT = 'Rewriting puts another draft on the card; what you have typed here is not kept.';

export interface Filled {
  /** Over what the form itself is filled with: what somebody has written already. */
  values?: Record<string, string>;
  /** Why it was not taken the first time. */
  error?: string;
}

/** The inputs of a form, with hints and what went wrong. */
export function renderInputs(form: Form, { values = {}, error }: Filled = {}): FormElement[] {
  return [
    ...(error ? say(error, 'warning') : []),
    ...form.fields.flatMap((field) => [
      ...inputsOf(field, values),
      ...(field.hint ? say(field.hint, 'muted') : []),
    ]),
  ];
}

/** The button that sends a form; its inputs travel beside this data. `timeZone`: what is typed is meant in it. */
export function submitOf({ id, ref, submit, origin, fields }: Form) {
  const timeZone = fields.find((field) => field.type === 'datetime')?.timeZone;
  const data = { action: `submit:${id}`, ref, ...(origin && { origin }), ...(timeZone && { timeZone }) };
  return { title: submit, data };
}

/** Buttons that have the draft written anew. `type`: what buttons send with where they stand. */
export function rewritesOf(
  { rewrites = [], ref }: Form,
  type: 'Action.Submit' | 'Action.Execute',
): TeamsAction[] {
  return rewrites.map((rewrite) => {
    const data = { action: `${REWRITE}${rewrite.toLowerCase()}`, ref };
    const common = { title: rewrite, style: 'default' as const, associatedInputs: 'none' as const, data };
    return type === 'Action.Submit' ? { type, ...common } : { type, verb: data.action, ...common };
  });
}

/** Above the text, where nobody takes them for the button that sends. */
function rewriteRow(form: Form, type: 'Action.Submit' | 'Action.Execute'): FormElement[] {
  const actions = rewritesOf(form, type);
  return actions.length > 0 ? [{ type: 'ActionSet', actions }, ...say(NOT_KEPT, 'muted')] : [];
}

/**
 * A form as a card of its own, for a dialog or a private chat. Null when what it is filled with is more than
 * Teams takes; long lists of choices are shortened visibly before that.
 */
export function renderForm(form: Form, how: 'dialog' | 'chat', filled: Filled = {}): TeamsCard | null {
  const { title, data } = submitOf(form);
  const action =
    how === 'dialog'
      ? { type: 'Action.Submit' as const, title, style: 'positive' as const, data }
      : { type: 'Action.Execute' as const, title, verb: data.action, style: 'positive' as const, data };
  for (let room = 500; room >= 5; room = Math.floor(room * 0.7)) {
    const card: TeamsCard = {
      type: 'AdaptiveCard',
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      version: '1.5',
      fallbackText: form.title,
      body: [
        ...(how === 'chat' ? say(form.title, 'strong') : []),
        ...rewriteRow(form, action.type),
        ...renderInputs(shorten(form, room), filled),
      ],
      actions: [action],
    };
    if (bytesOf(card) <= LIMITS.cardBytes) return card;
  }
  return null;
}

/** Text that stays text, through the shared renderer; without its id, which would stand twice in a form. */
function say(text: string, style: 'warning' | 'muted' | 'strong'): AdaptiveElement[] {
  return toAdaptive({
    tone: 'neutral',
    fallback: '',
    ref: null,
    blocks: [{ type: 'text', style, text }],
  }).body.map((element) => ({ ...element, id: undefined }));
}

function shorten(form: Form, most: number): Form {
  return {
    ...form,
    fields: form.fields.map((field): FormField => {
      if (!('options' in field) || field.options.length <= most) return field;
      const missing = field.options.length - most;
      return {
        ...field,
        options: field.options.slice(0, most),
        hint: `${missing} more can be chosen in the console`,
      };
    }),
  };
}

function inputsOf(field: FormField, values: Record<string, string>): InputElement[] {
  const { id, label, required } = field;
  const base = {
    id,
    label,
    isRequired: required,
    ...(required ? { errorMessage: `${label}: please fill this in` } : {}),
  };
  const value = values[id] ?? field.value;
  switch (field.type) {
    case 'text':
    case 'multiline':
      return [
        {
          type: 'Input.Text',
          ...base,
          isMultiline: field.type === 'multiline',
          maxLength: field.maxLength,
          ...(value ? { value } : {}),
        },
      ];
    case 'agent':
      return [
        {
          type: 'Input.ChoiceSet',
          ...base,
          ...choices(field.options, value),
          style: 'filtered',
          'choices.data': { type: 'Data.Query', dataset: MEMBERS },
        },
      ];
    case 'select':
      return [{ type: 'Input.ChoiceSet', ...base, ...choices(field.options, value) }];
    case 'choices':
      return [
        {
          type: 'Input.ChoiceSet',
          ...base,
          ...choices(field.options, value),
          style: 'expanded',
          isMultiSelect: true,
        },
      ];
    case 'datetime': {
      const preset = field.presets.some((one) => one.value === value) ? value : undefined;
      return [
        {
          type: 'Input.ChoiceSet',
          id,
          label,
          isRequired: false,
          ...choices(field.presets, preset),
          style: 'expanded',
        },
        {
          type: 'Input.Date',
          id: `${id}${DATE}`,
          label: `Or another day (${field.timeZone})`,
          isRequired: false,
        },
        { type: 'Input.Time', id: `${id}${TIME}`, label: 'At', isRequired: false, value: '09:00' },
      ];
    }
  }
}

/** An option without a value is what nothing chosen means: it becomes the placeholder. */
function choices(options: { value: string; label: string }[], value: string | undefined) {
  const none = options.find((option) => option.value === '');
  return {
    style: options.length > FILTERED_FROM ? ('filtered' as const) : ('compact' as const),
    choices: options
      .filter((option) => option.value !== '')
      .map((option) => ({ title: titleOf(option), value: option.value })),
    ...(none ? { placeholder: none.label } : {}),
    ...(value ? { value } : {}),
  };
}

/** Teams refuses a choice without words, and one long name could take the room of all others. */
function titleOf({ label, value }: { label: string; value: string }): string {
  const words = label.trim() || value;
  return words.length <= LIMITS.choice ? words : `${words.slice(0, LIMITS.choice - 2).toWellFormed()} …`;
}

// --- back ---------------------------------------------------------------------------------

/** `submit:edit` -> `edit`; null for anything else. */
export function formOfSubmit(action: string): FormId | null {
  return FORM_IDS.find((id) => action === `submit:${id}`) ?? null;
}

/** `rewrite:shorter` -> `Shorter`; null for anything else. */
export function rewriteOf(action: string): Rewrite | null {
  return action.startsWith(REWRITE) ? parseRewrite(action.slice(REWRITE.length)) : null;
}

/** The values of a form's inputs, by field. */
export function valuesOf(data: Record<string, unknown>): Record<string, string> {
  const { timeZone } = data;
  const zone = typeof timeZone === 'string' && isTimeZone(timeZone) ? timeZone : 'UTC';
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(data)) {
    if (RESERVED.includes(key) || typeof value !== 'string' || !value.trim()) continue;
    if (key.endsWith(DATE)) {
      const id = key.slice(0, -DATE.length);
      const time = data[`${id}${TIME}`];
      const at = zonedInstant(value, typeof time === 'string' && time ? time : '09:00', zone);
      if (at) values[id] = at.toISOString();
    } else if (!key.endsWith(TIME)) {
      values[key] ??= value.replace(/\r\n?/g, '\n');
    }
  }
  return values;
}
