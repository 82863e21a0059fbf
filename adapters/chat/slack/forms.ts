// Form -> modal, and what was filled in -> decision: pure, within Slack's limits, long texts in several parts.
import { createHash } from 'node:crypto';
import type { types } from '@slack/bolt';
import { z } from 'zod';
import {
  type CardRef,
  FORM_IDS,
  type Form,
  type FormField,
  type FormId,
  type Rewrite,
} from '../../../src/model/card.ts';
import { plain } from './buttons.ts';
import { encodeRef, PREFIX, parseRef, REWRITE } from './ids.ts';
import { LIMITS } from './limits.ts';
import { joinParts, splitText } from './parts.ts';
import { type SlackBlock, small } from './rich.ts';

/** `callback_id` of our forms. */
export const FORM = `${PREFIX}form`;

/** Where a form was opened: answers to it go there. */
export interface Origin {
  channel: string;
  /** Name of the message, as in a MessageRef; null for a form that was opened on none. */
  message: string | null;
}

const metadataSchema = z.strictObject({
  form: z.enum(FORM_IDS),
  ref: z.string().nullable(),
  /** The form's own origin. */
  about: z.string().optional(),
  channel: z.string(),
  message: z.string().nullable(),
  /** What stood between the parts of a long text, by field. */
  gaps: z.record(z.string(), z.array(z.string())).optional(),
  /** Values that are too long for an option, by their stand-ins. */
  long: z.record(z.string(), z.string()).optional(),
});

/** An empty value as an option: Slack takes none. */
const NOTHING = '-';

/** Draws a form; above the edit form stand buttons that ask for another draft instead. */
export function renderForm(form: Form, origin: Origin): types.ModalView {
  const gaps: Record<string, string[]> = {};
  const long: Record<string, string> = {};
  const blocks = form.fields.flatMap((field) => fieldBlocks(field, { gaps, long }));
  const metadata: z.infer<typeof metadataSchema> = {
    form: form.id,
    ref: form.ref && encodeRef(form.ref),
    ...origin,
    ...(form.origin && { about: form.origin }),
    ...(Object.keys(gaps).length > 0 && { gaps }),
    ...(Object.keys(long).length > 0 && { long }),
  };
  return {
    type: 'modal',
    callback_id: FORM,
    private_metadata: JSON.stringify(metadata),
    title: plain(form.title, LIMITS.modal.title),
    submit: plain(form.submit, LIMITS.modal.button),
    close: plain('Cancel', LIMITS.modal.button),
    blocks: [
      ...(form.title.length > LIMITS.modal.title ? small(form.title, 300) : []),
      ...(form.ref && form.rewrites ? rewriteButtons(form.rewrites, form.ref) : []),
      ...blocks,
    ],
  };
}

function rewriteButtons(rewrites: readonly Rewrite[], ref: CardRef): SlackBlock[] {
  return [
    {
      type: 'actions',
      block_id: 'rewrites',
      elements: rewrites.map((label) => ({
        type: 'button',
        action_id: `${REWRITE}${label.toLowerCase()}`,
        text: plain(label, LIMITS.button.text),
        value: encodeRef(ref),
      })),
    },
    ...small('These put another draft on the card; what you have typed here is not kept.', 200),
  ];
}

interface Asides {
  gaps: Record<string, string[]>;
  long: Record<string, string>;
}

function fieldBlocks(field: FormField, asides: Asides): SlackBlock[] {
  const common = {
    label: plain(field.label, LIMITS.input.label),
    ...(field.hint && { hint: plain(field.hint, LIMITS.input.hint) }),
  };
  switch (field.type) {
    case 'text':
    case 'multiline':
      return textBlocks(field, common, asides);
    case 'select':
      return [input(field, common, select(field.id, field.options, field.value, asides))];
    case 'choices':
      return [input(field, common, choices(field, asides))];
    case 'agent': {
      // With Slack's own picker where everybody to choose from is a person.
      const native = field.options.every(({ value }) => value.includes('@'));
      const element: types.InputBlock['element'] = native
        ? { type: 'users_select', action_id: field.id }
        : select(field.id, field.options, field.value, asides);
      return [input(field, common, element)];
    }
    case 'datetime':
      return momentBlocks(field, common);
  }
}

type Common = Pick<types.InputBlock, 'label' | 'hint'>;

function input(
  field: FormField,
  common: Common,
  element: types.InputBlock['element'],
  part = '',
): SlackBlock {
  return { type: 'input', block_id: `${field.id}${part}`, optional: !field.required, ...common, element };
}

/** A text that is longer than one input takes is spread over several; empty room follows where more is allowed. */
function textBlocks(
  field: Extract<FormField, { maxLength: number }>,
  common: Common,
  asides: Asides,
): SlackBlock[] {
  const { parts, gaps } = splitText(field.value ?? '', LIMITS.input.text);
  const most = Math.min(field.maxLength, LIMITS.input.text);
  if (gaps.length > 0) asides.gaps[field.id] = gaps;
  return parts.map((text, n) => {
    const suffix = parts.length > 1 ? ` (${n + 1} of ${parts.length})` : '';
    const label = { ...common, label: plain(`${field.label}${suffix}`, LIMITS.input.label) };
    const element: types.PlainTextInput = {
      type: 'plain_text_input',
      action_id: field.id,
      multiline: field.type === 'multiline',
      max_length: most,
      ...(text && { initial_value: text }),
    };
    return input(n === 0 ? field : { ...field, required: false }, label, element, n === 0 ? '' : `.${n}`);
  });
}

/** Presets as radio buttons, and any other time. */
function momentBlocks(field: Extract<FormField, { type: 'datetime' }>, common: Common): SlackBlock[] {
  const options = field.presets.slice(0, LIMITS.radioOptions).map(({ value, label }) => ({
    text: plain(label, LIMITS.option.text),
    value,
  }));
  return [
    ...(options.length > 0
      ? [
          input({ ...field, required: false }, common, {
            type: 'radio_buttons',
            action_id: field.id,
            options,
          }),
        ]
      : []),
    input(
      { ...field, required: options.length === 0 && field.required },
      { label: plain(options.length > 0 ? 'Or at another time' : field.label, LIMITS.input.label) },
      { type: 'datetimepicker', action_id: field.id },
      '.at',
    ),
  ];
}

function select(
  id: string,
  options: { value: string; label: string }[],
  value: string | undefined,
  asides: Asides,
): types.StaticSelect {
  const all: types.PlainTextOption[] = [];
  let chosen: types.PlainTextOption | undefined;
  for (const option of options) {
    const name = standIn(option.value, asides);
    if (name === null) continue;
    const shown = { text: plain(option.label, LIMITS.option.text), value: name };
    if (option.value === value) chosen = shown;
    all.push(shown);
  }
  const size = LIMITS.selectOptions;
  const groups = Array.from(
    { length: Math.min(LIMITS.optionGroups, Math.ceil(all.length / size)) },
    (_, n) => ({
      label: plain(`${n * size + 1} to ${Math.min(all.length, (n + 1) * size)}`, LIMITS.option.text),
      options: all.slice(n * size, (n + 1) * size),
    }),
  );
  return {
    type: 'static_select',
    action_id: id,
    ...(groups.length > 1 ? { option_groups: groups } : { options: all }),
    ...(chosen && { initial_option: chosen }),
  };
}

/** A menu of which several may be chosen. */
function choices(field: Extract<FormField, { type: 'choices' }>, asides: Asides): types.MultiStaticSelect {
  const { options = [], option_groups: groups } = select(field.id, field.options, undefined, asides);
  const chosen = new Set(field.value?.split(',').map((value) => standIn(value, asides)));
  const all = groups ? groups.flatMap((group) => group.options) : options;
  const initial = all.filter(({ value }) => chosen.has(value ?? ''));
  return {
    type: 'multi_static_select',
    action_id: field.id,
    ...(groups ? { option_groups: groups } : { options }),
    ...(initial.length > 0 && { initial_options: initial }),
  };
}

/** Room in a modal's metadata for values that are too long for an option, in characters. */
const LONG_VALUES = 2_000;

/** An option's value as Slack takes it; long ones are kept aside, null when there is no room for another. */
function standIn(value: string, { long }: Asides): string | null {
  if (value === '') return NOTHING;
  if (value.length <= LIMITS.option.value && value !== NOTHING) return value;
  if (JSON.stringify(long).length + value.length > LONG_VALUES) return null;
  const name = `#${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;
  long[name] = value;
  return name;
}

/** State of a submitted view: by block id and action id, as Slack sends it. */
const stateSchema = z.record(
  z.string(),
  z.record(
    z.string(),
    z.looseObject({
      value: z.string().nullish(),
      selected_option: z.looseObject({ value: z.string() }).nullish(),
      selected_options: z.array(z.looseObject({ value: z.string() })).nullish(),
      selected_user: z.string().nullish(),
      selected_date_time: z.number().nullish(),
    }),
  ),
);

export interface Submitted {
  form: FormId;
  /** Null for a form about no card. */
  ref: CardRef | null;
  origin: Origin;
  /** The form's own origin. */
  about?: string;
  /** By field id; fields left empty are missing. */
  values: Record<string, string>;
  /** Fields whose value is a Slack user's id. */
  people: string[];
  /** Where a word about a field is shown: block ids by field. */
  blocks: Record<string, string>;
}

/** What was filled in; null when it is no form of ours. */
export function parseSubmission(privateMetadata: string, state: unknown): Submitted | null {
  const metadata = metadataSchema.safeParse(parseJson(privateMetadata));
  const blocks = stateSchema.safeParse(state);
  if (!metadata.success || !blocks.success) return null;
  const { form, about, channel, message, gaps = {}, long = {} } = metadata.data;
  const ref = metadata.data.ref === null ? null : parseRef(metadata.data.ref);
  if (metadata.data.ref !== null && !ref) return null;
  const parts = new Map<string, Map<string, string>>();
  const people: string[] = [];
  const blockOf: Record<string, string> = {};
  for (const [block, inputs] of Object.entries(blocks.data))
    for (const [field, given] of Object.entries(inputs)) {
      const value =
        given.selected_option?.value ??
        given.selected_options?.map(({ value }) => long[value] ?? value).join(',') ??
        given.selected_user ??
        moment(given.selected_date_time) ??
        given.value;
      if (block.length < (blockOf[field]?.length ?? Number.POSITIVE_INFINITY)) blockOf[field] = block;
      if (given.selected_user) people.push(field);
      if (value === null || value === undefined || value === NOTHING) continue;
      const known = parts.get(field) ?? new Map<string, string>();
      parts.set(field, known.set(block.slice(field.length), long[value] ?? value));
    }
  const values: Record<string, string> = {};
  for (const [field, given] of parts) {
    // The exact time wins over a preset.
    const at = given.get('.at');
    const text = at ?? joinParts(given, gaps[field] ?? []);
    if (text.trim()) values[field] = text;
  }
  return {
    form,
    ref,
    origin: { channel, message },
    ...(about && { about }),
    values,
    people,
    blocks: blockOf,
  };
}

function moment(seconds: number | null | undefined): string | null {
  return typeof seconds === 'number' ? new Date(seconds * 1_000).toISOString() : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
