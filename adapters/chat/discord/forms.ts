// Form -> Discord modal, and a submitted modal -> the form's values. Pure.
import {
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  type APIModalSubmission,
  ComponentType,
  type ModalSubmitComponent,
  TextInputStyle,
} from 'discord.js';
import type { Form, FormField, Rewrite } from '../../../src/model/card.ts';
import { parseRewrite } from '../../../src/model/platform.ts';
import { isTimeZone, zonedInstant } from '../../../src/model/zone.ts';
import { encodeId } from './ids.ts';
import { LIMITS } from './limits.ts';
import { chunks, label } from './parts.ts';
import { joinParts, splitText } from './split.ts';

/** Who can be picked from the server's members. */
export interface FormContext {
  /** E-mail by Discord user id. */
  people: Record<string, string>;
}

/**
 * Null when the form cannot be a modal: a text that not even five inputs hold. Where a field needs several
 * inputs, those that the form can do without make room.
 */
export function renderForm(form: Form, context: FormContext): APIModalInteractionResponseCallbackData | null {
  const all = form.rewrites ? [...form.fields, rewriteField(form.rewrites)] : form.fields;
  const optional = all.filter((field) => !field.required);
  for (let without = 0; without <= optional.length; without++) {
    const dropped = without === 0 ? [] : optional.slice(-without);
    const fields = all.filter((field) => !dropped.includes(field));
    const parts = layOut(fields, context);
    if (parts && parts.length <= LIMITS.modalParts)
      return {
        custom_id: encodeId(`submit:${form.id}`, form.ref, form.origin),
        title: label(form.title, LIMITS.modalTitle, 'Deskhand'),
        components: parts,
      };
  }
  return null;
}

/** A window of Discord has no buttons of ours: choosing a way to rewrite says that the text is not to be sent. */
const REWRITE = 'rewrite';

function rewriteField(rewrites: readonly Rewrite[]): FormField {
  return {
    type: 'select',
    id: REWRITE,
    label: 'Or have the draft rewritten',
    hint: 'Nothing is sent then, and what you typed here is not kept',
    required: false,
    options: rewrites.map((rewrite) => ({ value: rewrite, label: rewrite })),
  };
}

/** Each field takes what it needs; a text may take all that is left. */
function layOut(fields: FormField[], context: FormContext): APILabelComponent[] | null {
  const fixed = fields.map((field) => (field.type === 'multiline' ? 1 : drawField(field, context, 1).length));
  const total = fixed.reduce((sum, count) => sum + count, 0);
  const parts = fields.map((field) => drawField(field, context, 1 + LIMITS.modalParts - total));
  return parts.some((part) => part.length === 0) ? null : parts.flat();
}

/** `room`: how many inputs a text may be spread over. Empty when that is not enough. */
function drawField(field: FormField, context: FormContext, room: number): APILabelComponent[] {
  switch (field.type) {
    case 'text':
      return drawText(field, TextInputStyle.Short, 1);
    case 'multiline':
      return drawText(field, TextInputStyle.Paragraph, room);
    case 'select':
      return drawSelects(field, field.options.length <= LIMITS.options);
    case 'choices':
      return drawSelects(field, field.options.length <= LIMITS.options, true);
    case 'agent':
      return [
        ...drawSelects(field, false),
        ...(Object.keys(context.people).length > 0 ? [peoplePicker(field)] : []),
      ];
    case 'datetime':
      return [...drawSelects({ ...field, options: field.presets }, false), dateInput(field)];
  }
}

function drawText(
  field: Extract<FormField, { type: 'text' | 'multiline' }>,
  style: TextInputStyle,
  room: number,
): APILabelComponent[] {
  const parts = splitText(field.value ?? '', room, LIMITS.input);
  if (!parts) return [];
  return parts.map(({ text, joint }, n) => ({
    ...labelled(field, parts.length > 1 ? `${field.label}, part ${n + 1} of ${parts.length}` : field.label),
    component: {
      type: ComponentType.TextInput,
      custom_id: n === 0 ? field.id : `${field.id}~${n}~${joint}`,
      style,
      required: field.required && n === 0,
      max_length: Math.min(field.maxLength, LIMITS.input),
      ...(text && { value: text }),
    },
  }));
}

/** Menus of 25; with more than one, or another way to answer, none is required and `values` sees to it. */
function drawSelects(
  field: { id: string; label: string; hint?: string; required: boolean; value?: string } & {
    options: { value: string; label: string }[];
  },
  alone: boolean,
  several = false,
): APILabelComponent[] {
  const chosen = several ? field.value?.split(',') : [field.value];
  const groups = chunks(field.options, LIMITS.options);
  return groups.map((options, n) => ({
    ...labelled(field, groups.length > 1 ? `${field.label}, list ${n + 1} of ${groups.length}` : field.label),
    component: {
      type: ComponentType.StringSelect,
      custom_id: n === 0 && !several ? field.id : `${field.id}~${several ? SEVERAL : n}~${n}`,
      required: alone && field.required,
      min_values: alone && field.required ? 1 : 0,
      max_values: several ? options.length : 1,
      options: options.map((option) => ({
        value: option.value || NOTHING,
        label: label(option.label, LIMITS.optionText, option.value || '–'),
        // What is chosen beforehand in one list would contradict a choice in another.
        ...((several || groups.length === 1) && chosen?.includes(option.value) && { default: true }),
      })),
    },
  }));
}

/** Discord takes no empty value. */
const NOTHING = '-';
/** Marks a menu of which several may be chosen. */
const SEVERAL = 'several';

function peoplePicker(field: FormField): APILabelComponent {
  return {
    ...labelled(field, 'Or a person'),
    description: 'Anybody in the list of agents',
    component: {
      type: ComponentType.UserSelect,
      custom_id: `${field.id}~person~`,
      required: false,
      min_values: 0,
      max_values: 1,
    },
  };
}

/** The zone travels with the input, so that what is typed is read as it was asked for. */
function dateInput(field: Extract<FormField, { type: 'datetime' }>): APILabelComponent {
  const { timeZone } = field;
  return {
    ...labelled(field, 'Or a date and time'),
    description: label(`Like 2026-03-31 09:00, ${timeZone}`, LIMITS.description, timeZone),
    component: {
      type: ComponentType.TextInput,
      custom_id: `${field.id}~date~${timeZone}`,
      style: TextInputStyle.Short,
      required: false,
      max_length: 40,
    },
  };
}

function labelled(field: { hint?: string; label: string }, name: string) {
  return {
    type: ComponentType.Label as const,
    label: label(name, LIMITS.label, '–'),
    ...(field.hint && { description: label(field.hint, LIMITS.description, '–') }),
  };
}

/** `fault`: what is wrong with the choices, in words for the agent; the texts are there all the same. */
interface FormValues {
  values: Record<string, string>;
  /** Chosen instead of sending. */
  rewrite: Rewrite | null;
  fault: string | null;
}

/** The values of a submitted modal by field id; what was not chosen is left out. */
export function readForm(submission: APIModalSubmission, context: FormContext): FormValues {
  let fault: string | null = null;
  const texts = new Map<string, { text: string; joint: string }[]>();
  const choices = new Map<string, string[]>();
  const several = new Map<string, string[]>();
  for (const component of submission.components.flatMap(inputsOf)) {
    const [field = '', part = '', joint = ''] = component.custom_id.split('~');
    if ('values' in component) {
      const chosen = part === 'person' ? component.values.map((id) => context.people[id]) : component.values;
      if (chosen.includes(undefined)) fault = UNKNOWN_PERSON;
      const real = chosen.filter((value) => value !== undefined && value !== NOTHING);
      const kept = part === SEVERAL ? several : choices;
      kept.set(field, [...(kept.get(field) ?? []), ...real.map(String)]);
    } else if ('value' in component && typeof component.value === 'string') {
      const text = component.value;
      if (part === 'date') {
        if (!text.trim()) continue;
        const at = isTimeZone(joint) ? parseDate(text, joint) : null;
        if (at) choices.set(field, [...(choices.get(field) ?? []), at]);
        else fault = `"${text}" is not a date like 2026-03-31 09:00.`;
      } else texts.set(field, [...(texts.get(field) ?? []), { text, joint }]);
    }
  }
  for (const chosen of choices.values())
    if (new Set(chosen).size > 1) fault = 'Two things were chosen; please choose one.';
  const { [REWRITE]: rewrite, ...values } = Object.fromEntries([
    ...[...texts].map(([field, parts]) => [field, joinParts(parts)]),
    ...[...several].map(([field, chosen]) => [field, chosen.join(',')]),
    ...[...choices].flatMap(([field, [value]]) => (value === undefined ? [] : [[field, value]])),
  ]);
  return { values, rewrite: rewrite ? parseRewrite(rewrite) : null, fault };
}

const UNKNOWN_PERSON =
  'That person is not in the list of agents. An admin adds people under "agents" in config/deskhand.yaml.';

function inputsOf(component: APIModalSubmission['components'][number]): ModalSubmitComponent[] {
  if (component.type === ComponentType.Label) return [component.component];
  return component.type === ComponentType.ActionRow ? component.components : [];
}

/**
 * `2026-03-31 09:00` as people of that zone mean it, or a full ISO time; as ISO time in UTC, or null. A bare date
 * means nine o'clock.
 */
export function parseDate(text: string, timeZone: string): string | null {
  const words = text.trim();
  if (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/.test(words)) {
    const at = new Date(words);
    return Number.isNaN(at.getTime()) ? null : at.toISOString();
  }
  const [date = '', time = '09:00'] = words.split(/[T\s]+/, 2);
  return zonedInstant(date, time, timeZone)?.toISOString() ?? null;
}
