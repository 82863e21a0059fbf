// What Discord refuses, from its documentation: messages of components, modals, commands; and how it reads Markdown.
import { z } from 'zod';

const customId = z.string().min(1).max(100);
const emptyless = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => text.trim() !== '', 'must not be empty');

const linkButton = z.strictObject({
  type: z.literal(2),
  style: z.literal(5),
  label: emptyless(80),
  url: z
    .string()
    .max(512)
    .regex(/^(https?|discord):\/\//),
});
const pressButton = z.strictObject({
  type: z.literal(2),
  style: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
  label: emptyless(80),
  custom_id: customId,
  disabled: z.boolean().optional(),
});
const button = z.union([pressButton, linkButton]);

const option = z.strictObject({
  value: emptyless(100),
  label: emptyless(100),
  description: z.string().max(100).optional(),
  default: z.boolean().optional(),
});
const selectParts = {
  custom_id: customId,
  placeholder: z.string().max(150).optional(),
  min_values: z.number().int().min(0).max(25).optional(),
  max_values: z.number().int().min(1).max(25).optional(),
};
const stringSelect = z
  .strictObject({
    type: z.literal(3),
    ...selectParts,
    options: z.array(option).min(1).max(25),
    required: z.boolean().optional(),
  })
  .refine(
    ({ options }) => new Set(options.map(({ value }) => value)).size === options.length,
    'values repeat',
  )
  .refine(
    (menu) => menu.options.filter((one) => one.default).length <= (menu.max_values ?? 1),
    'too many defaults',
  );
const userSelect = z.strictObject({ type: z.literal(5), ...selectParts, required: z.boolean().optional() });

const textDisplay = z.strictObject({ type: z.literal(10), content: emptyless(4000) });
const row = z.strictObject({
  type: z.literal(1),
  components: z.union([
    z.array(button).min(1).max(5),
    z.array(z.union([stringSelect, userSelect])).length(1),
  ]),
});
const section = z.strictObject({
  type: z.literal(9),
  components: z.array(textDisplay).min(1).max(3),
  accessory: button,
});
const gallery = z.strictObject({
  type: z.literal(12),
  items: z
    .array(
      z.strictObject({
        media: z.strictObject({ url: z.string().max(2048) }),
        description: z.string().min(1).max(1024).optional(),
      }),
    )
    .min(1)
    .max(10),
});
const file = z.strictObject({
  type: z.literal(13),
  file: z.strictObject({ url: z.string().regex(/^attachment:/) }),
});
const separator = z.strictObject({
  type: z.literal(14),
  divider: z.boolean().optional(),
  spacing: z.union([z.literal(1), z.literal(2)]).optional(),
});
const inner = z.union([row, textDisplay, section, gallery, file, separator]);
const container = z.strictObject({
  type: z.literal(17),
  accent_color: z.number().int().min(0).max(0xffffff).nullish(),
  components: z.array(inner).min(1),
});
const componentsSchema = z.array(z.union([inner, container])).min(1);

const textInput = z
  .strictObject({
    type: z.literal(4),
    custom_id: customId,
    style: z.union([z.literal(1), z.literal(2)]),
    min_length: z.number().int().min(0).max(4000).optional(),
    max_length: z.number().int().min(1).max(4000).optional(),
    required: z.boolean().optional(),
    value: z.string().max(4000).optional(),
    placeholder: z.string().max(100).optional(),
  })
  .refine(
    ({ value, max_length }) => (value?.length ?? 0) <= (max_length ?? 4000),
    'value is over max_length',
  );
const modalSelect = z
  .union([stringSelect, userSelect])
  .refine(({ required, min_values }) => required === false || min_values !== 0, 'required with min_values 0');
const modalSchema = z.strictObject({
  custom_id: customId,
  title: emptyless(45),
  components: z
    .array(
      z.strictObject({
        type: z.literal(18),
        label: emptyless(45),
        description: z.string().max(100).optional(),
        component: z.union([textInput, modalSelect]),
      }),
    )
    .min(1)
    .max(5),
});

const V2 = 1 << 15;

export const bodySchema = z.looseObject({
  content: z.string().nullish(),
  flags: z.number().int().optional(),
  components: z.array(z.unknown()).optional(),
  embeds: z.array(z.unknown()).nullish(),
  allowed_mentions: z
    .strictObject({ parse: z.array(z.string()).optional(), users: z.array(z.string()).optional() })
    .optional(),
  attachments: z.array(z.looseObject({ filename: z.string() })).optional(),
  nonce: z.string().max(25).optional(),
  enforce_nonce: z.boolean().optional(),
  message_reference: z.looseObject({ message_id: z.string() }).optional(),
});
export type MessageBody = z.infer<typeof bodySchema>;

/** What is wrong with a message as Discord would say; empty when it is taken. `files`: names that came along. */
export function messageFaults(body: MessageBody, files: string[]): string[] {
  if (!((body.flags ?? 0) & V2)) {
    if (body.components?.length) return ['components of version 2 need the flag IS_COMPONENTS_V2'];
    if (!body.content?.trim()) return ['Cannot send an empty message'];
    return body.content.length > 2000 ? ['content: Must be 2000 or fewer in length.'] : [];
  }
  if (body.content) return ['content: cannot be used with IS_COMPONENTS_V2'];
  if (body.embeds?.length) return ['embeds: cannot be used with IS_COMPONENTS_V2'];
  const parsed = componentsSchema.safeParse(body.components);
  if (!parsed.success) return [`components: ${z.prettifyError(parsed.error)}`];
  const all = flatten(parsed.data);
  const text = all.reduce((sum, one) => sum + (typeof one.content === 'string' ? one.content.length : 0), 0);
  const used = all.flatMap((one) =>
    (JSON.stringify(one).match(/attachment:\/\/[^"]+/g) ?? []).map((u) => u.slice(13)),
  );
  return [
    ...(all.length > 40 ? [`components: ${all.length}, at most 40`] : []),
    ...(text > 4000 ? [`text displays: ${text} characters, at most 4000`] : []),
    ...repeated(all),
    ...used.filter((name) => !files.includes(name)).map((name) => `no file ${name} came with the message`),
  ];
}

/** What is wrong with a modal; empty when it is shown. */
export function modalFaults(modal: unknown): string[] {
  const parsed = modalSchema.safeParse(modal);
  if (!parsed.success) return [z.prettifyError(parsed.error)];
  return repeated(parsed.data.components.map(({ component }) => component));
}

function repeated(components: object[]): string[] {
  const ids = components.flatMap((one) => ('custom_id' in one ? [one.custom_id] : []));
  return new Set(ids).size === ids.length ? [] : ['custom_id: Component custom id cannot be duplicated'];
}

/** One component without its children. */
export interface Leaf {
  type: number;
  content?: string;
  [key: string]: unknown;
}

const leafSchema = z.looseObject({ type: z.number(), content: z.string().optional() });
const branchSchema = z.looseObject({
  components: z.array(z.unknown()).default([]),
  accessory: z.unknown().optional(),
});

/** Every component of a message, nested ones included. */
export function flatten(components: unknown): Leaf[] {
  const visit = (node: unknown): Leaf[] => {
    const { components: children, accessory, ...self } = branchSchema.parse(node);
    return [leafSchema.parse(self), ...children.flatMap(visit), ...(accessory ? visit(accessory) : [])];
  };
  return z.array(z.unknown()).parse(components).flatMap(visit);
}

const AREA = 0xe000;

/** Text as one reads it: escapes and marks taken away, invisible parters too. */
export function readMarkdown(text: string): string {
  return text
    .replace(/\\([^0-9A-Za-z\s])/g, (_, char: string) => String.fromCharCode(AREA + char.charCodeAt(0)))
    .replace(/^(> |-# |#{1,3} )/gm, '')
    .replace(/\*\*|```/g, '')
    .replace(/\u2060/g, '')
    .replace(/[\ue000-\ue07f]/g, (char) => String.fromCharCode(char.charCodeAt(0) - AREA));
}

/**
 * Mentions, links and invites that Discord would make of a text. Mentions are found by the server in the raw
 * text, links by the client in what is not escaped.
 */
export function activeParts(text: string): string[] {
  const drawn = text.replace(/```[\s\S]*?```/g, '').replace(/\\[^0-9A-Za-z\s]/g, '\ue000');
  return [
    ...(text.match(/<(@[!&]?|#|\/[^:>]+:|t:|a?:\w+:|id:)\d*[^>]*>|@(everyone|here)/g) ?? []),
    ...(drawn.match(/\b[a-z]+:\/\/[^\s<]+|\[[^\]\n]*\]\([^)\n]*\)|<[a-z]+:[^>\s]*>|discord\.gg\/\w+/gi) ??
      []),
  ];
}
