// The part of the Adaptive Card 1.5 schema that Teams takes from a bot, strictly: what is not in it is refused.
import { z } from 'zod';

/** An element as far as our people at the far end look at it. */
export type CardElement =
  | { type: 'RichTextBlock'; id?: string; inlines: { text: string; selectAction?: { url: string } }[] }
  | { type: 'Container'; id?: string; items: CardElement[] }
  | { type: 'Table'; id?: string; rows: { cells: { items: CardElement[] }[] }[] }
  | { type: 'Image'; id?: string; url: string; altText: string }
  | { type: 'TextBlock'; id?: string; text: string; wrap: true }
  | { type: 'ActionSet'; id?: string; actions: CardAction[] }
  | CardInput;

export type CardInput = { id: string; isRequired?: boolean; value?: string } & (
  | { type: 'Input.Text'; maxLength?: number }
  | {
      type: 'Input.ChoiceSet';
      isMultiSelect?: boolean;
      choices: { title: string; value: string }[];
      'choices.data'?: { dataset: string };
    }
  | { type: 'Input.Date' | 'Input.Time' }
);

interface PressData {
  [key: string]: unknown;
  action: string;
}

export type CardAction = { title: string; id?: string; mode?: 'primary' | 'secondary' } & (
  | { type: 'Action.OpenUrl'; url: string }
  | { type: 'Action.Execute'; verb: string; data: PressData }
  | { type: 'Action.Submit'; data: PressData }
  | { type: 'Action.ShowCard'; card: { body: CardElement[]; actions: CardAction[] } }
);

const someElements: z.ZodType<CardElement[]> = z.lazy(() => z.array(elementSchema));

const text = z.string().min(1);
const spacing = z.enum(['none', 'small', 'default', 'medium', 'large', 'extraLarge', 'padding']);
const base = {
  id: z.string().min(1).optional(),
  spacing: spacing.optional(),
  separator: z.boolean().optional(),
};
const openUrl = z.strictObject({ type: z.literal('Action.OpenUrl'), url: z.url({ protocol: /^https?$/ }) });

const textRun = z.strictObject({
  type: z.literal('TextRun'),
  text: z.string(),
  id: z.string().optional(),
  size: z.enum(['small', 'default', 'medium', 'large', 'extraLarge']).optional(),
  weight: z.enum(['lighter', 'default', 'bolder']).optional(),
  color: z.enum(['default', 'dark', 'light', 'accent', 'good', 'warning', 'attention']).optional(),
  isSubtle: z.boolean().optional(),
  selectAction: openUrl.optional(),
});

const input = {
  ...base,
  id: z.string().min(1),
  label: text.optional(),
  isRequired: z.boolean().optional(),
  errorMessage: text.optional(),
};

const pressed = z.looseObject({ action: text });
const action = {
  title: z.string(),
  id: z.string().optional(),
  style: z.enum(['default', 'positive', 'destructive']).optional(),
  mode: z.enum(['primary', 'secondary']).optional(),
  associatedInputs: z.enum(['auto', 'none']).optional(),
};

const actionSchema: z.ZodType<CardAction> = z.discriminatedUnion('type', [
  openUrl.extend(action),
  z.strictObject({ type: z.literal('Action.Execute'), ...action, verb: text, data: pressed }),
  z.strictObject({ type: z.literal('Action.Submit'), ...action, data: pressed }),
  z.strictObject({
    type: z.literal('Action.ShowCard'),
    ...action,
    card: z.strictObject({
      type: z.literal('AdaptiveCard'),
      body: someElements,
      actions: z.lazy(() => z.array(actionSchema).min(1).max(6)),
    }),
  }),
]);

/** Buttons beyond six must be in the overflow menu. https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format */
const actions = z
  .array(actionSchema)
  .min(1)
  .refine((all) => all.filter(({ mode }) => mode !== 'secondary').length <= 6, 'more than six buttons');

const cell = z.strictObject({ type: z.literal('TableCell'), items: someElements });

const elementSchema: z.ZodType<CardElement> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('RichTextBlock'), ...base, inlines: z.array(textRun).min(1) }),
  z.strictObject({
    type: z.literal('Container'),
    ...base,
    style: z.enum(['default', 'emphasis', 'good', 'attention', 'warning', 'accent']).optional(),
    items: someElements,
  }),
  z.strictObject({
    type: z.literal('Table'),
    ...base,
    firstRowAsHeaders: z.boolean(),
    showGridLines: z.boolean(),
    columns: z.array(z.strictObject({ width: z.number().positive() })),
    rows: z.array(z.strictObject({ type: z.literal('TableRow'), cells: z.array(cell) })),
  }),
  z.strictObject({
    type: z.literal('Image'),
    ...base,
    url: z.url({ protocol: /^https$/ }),
    altText: text,
    size: z.enum(['auto', 'stretch', 'small', 'medium', 'large']),
  }),
  z.strictObject({ type: z.literal('ActionSet'), ...base, actions }),
  z.strictObject({
    type: z.literal('Input.Text'),
    ...input,
    isMultiline: z.boolean().optional(),
    maxLength: z.number().int().positive().optional(),
    value: z.string().optional(),
    placeholder: text.optional(),
  }),
  z.strictObject({
    type: z.literal('Input.ChoiceSet'),
    ...input,
    style: z.enum(['compact', 'expanded', 'filtered']).optional(),
    isMultiSelect: z.boolean().optional(),
    choices: z.array(z.strictObject({ title: text, value: text })).min(1),
    'choices.data': z
      .strictObject({
        type: z.literal('Data.Query'),
        dataset: z.enum(['graph.microsoft.com/users', 'graph.microsoft.com/users?scope=currentContext']),
      })
      .optional(),
    value: text.optional(),
    placeholder: text.optional(),
  }),
  // Reads Markdown, so ours hold mentions and nothing else.
  z.strictObject({
    type: z.literal('TextBlock'),
    id: z.never().optional(),
    text: z.string().regex(/^<at>[^<>]+<\/at>( <at>[^<>]+<\/at>)*$/),
    wrap: z.literal(true),
  }),
  z.strictObject({ type: z.literal('Input.Date'), ...input, value: z.iso.date().optional() }),
  z.strictObject({
    type: z.literal('Input.Time'),
    ...input,
    value: z
      .string()
      .regex(/^\d\d:\d\d$/)
      .optional(),
  }),
]);

const cardSchema = z.strictObject({
  type: z.literal('AdaptiveCard'),
  $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
  version: z.enum(['1.2', '1.3', '1.4', '1.5']),
  fallbackText: z.string().optional(),
  speak: z.string().optional(),
  body: z.array(elementSchema).min(1),
  actions: actions.optional(),
  msteams: z
    .strictObject({
      width: z.literal('Full').optional(),
      entities: z
        .array(
          z.strictObject({
            type: z.literal('mention'),
            text: z.string().regex(/^<at>[^<>]+<\/at>$/),
            mentioned: z.strictObject({ id: z.string().min(1), name: z.string().min(1) }),
          }),
        )
        .max(20)
        .optional(),
    })
    .optional(),
});
export type AnyCard = z.infer<typeof cardSchema>;

/** Reads a card as Teams does; the first fault is told with its path. Element and action ids must be unique. */
export function readCard(value: unknown): { ok: true; card: AnyCard } | { ok: false; fault: string } {
  const parsed = cardSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { ok: false, fault: `${issue?.path.join('.')}: ${issue?.message}` };
  }
  const ids = elementsOf(parsed.data).flatMap(({ id }) => (id ? [id] : []));
  const twice = ids.find((id, n) => ids.indexOf(id) !== n);
  return twice ? { ok: false, fault: `the id ${twice} is there twice` } : { ok: true, card: parsed.data };
}

/** All elements of a card, those within others too; not those of cards that are still folded. */
export function elementsOf({ body }: Pick<AnyCard, 'body'>): CardElement[] {
  return body.flatMap((element): CardElement[] => {
    if (element.type === 'Container') return [element, ...elementsOf({ body: element.items })];
    if (element.type === 'Table')
      return [
        element,
        ...element.rows.flatMap(({ cells }) => cells.flatMap(({ items }) => elementsOf({ body: items }))),
      ];
    return [element];
  });
}

/** The words of a card, a line for each block. */
export function wordsOn(card: Pick<AnyCard, 'body'>): string {
  return elementsOf(card)
    .flatMap((element) =>
      element.type === 'RichTextBlock' ? [element.inlines.map((run) => run.text).join('')] : [],
    )
    .join('\n');
}

/** Addresses that the words of a card open. */
export function linksOn(card: Pick<AnyCard, 'body'>): string[] {
  return elementsOf(card).flatMap((element) =>
    element.type === 'RichTextBlock' ? element.inlines.flatMap((run) => run.selectAction?.url ?? []) : [],
  );
}

/** The pictures of a card. */
export function imagesOn(card: Pick<AnyCard, 'body'>): { url: string; altText: string }[] {
  return elementsOf(card).flatMap((element) => (element.type === 'Image' ? [element] : []));
}

/** The first row of each table of a card. */
export function tablesOn(card: Pick<AnyCard, 'body'>): string[][] {
  return elementsOf(card).flatMap((element) =>
    element.type === 'Table'
      ? [(element.rows[0]?.cells ?? []).map(({ items }) => wordsOn({ body: items }))]
      : [],
  );
}

/** All buttons of a card. */
export function actionsOn(card: Pick<AnyCard, 'body' | 'actions'>): CardAction[] {
  const inside = elementsOf(card).flatMap((element) => (element.type === 'ActionSet' ? element.actions : []));
  return [...inside, ...(card.actions ?? [])];
}
