// Commands as Discord takes them at registration, and as its clients send them: nothing that was not registered.
import { z } from 'zod';

const MESSAGE = 3;
const SUBCOMMAND = 1;
const TEXT = 3;

// https://docs.discord.com/developers/interactions/application-commands#application-command-object
const word = z.string().regex(/^[-_'\p{Ll}\p{Lo}\p{N}]{1,32}$/u, 'must be 1 to 32 small letters');
const words = z.string().min(1).max(100);
const choice = z.strictObject({ name: words, value: words });
const textOption = z.strictObject({
  type: z.literal(TEXT),
  name: word,
  description: words,
  required: z.boolean().optional(),
  choices: z.array(choice).min(1).max(25).optional(),
});
const unlike = (named: { name: string }[]) => new Set(named.map(({ name }) => name)).size === named.length;
const subcommand = z.strictObject({
  type: z.literal(SUBCOMMAND),
  name: word,
  description: words,
  options: z
    .array(textOption)
    .max(25)
    .refine(unlike, 'names repeat')
    .refine(
      (options) =>
        options.every(({ required }, n) => !required || !options[n - 1] || options[n - 1]?.required),
      'required options come first',
    )
    .optional(),
});
const where = {
  contexts: z.array(z.number().int().min(0).max(2)),
  integration_types: z.array(z.number().int().min(0).max(1)),
};
const command = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal(MESSAGE), name: z.string().min(1).max(32), ...where }),
  z.strictObject({
    type: z.literal(1),
    name: word,
    description: words,
    options: z.array(subcommand).max(25).refine(unlike, 'names repeat'),
    ...where,
  }),
]);
const registrationSchema = z.array(command).max(100);
export type Registration = z.infer<typeof registrationSchema>;

/** What Discord would refuse of a registration. */
export function registrationFaults(body: unknown): string[] {
  const parsed = registrationSchema.safeParse(body);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

export function parseRegistration(body: unknown): Registration {
  return registrationSchema.parse(body);
}

/**
 * What a client sends for `/deskhand TEXT`. Throws where a person could not enter that: a subcommand or an option that
 * was not registered, a required one that is missing, a value outside of the choices.
 */
export function slashData(registered: Registration, text: string) {
  const [name = '', ...rest] = text.split(' ');
  const found = registered
    .flatMap((one) => (one.type === 1 && one.name === 'deskhand' ? one.options : []))
    .find((one) => one.name === name);
  if (!found) throw new Error(`/deskhand ${name} was not registered`);
  const options: { type: number; name: string; value: string }[] = [];
  const known = found.options ?? [];
  for (const [n, { name: option, choices, required }] of known.entries()) {
    if (rest.length === 0) {
      if (required) throw new Error(`/deskhand ${name} needs "${option}"`);
      continue;
    }
    // The last option takes all the words that are left; one with choices takes only those.
    const value = n === known.length - 1 ? rest.join(' ') : (rest[0] ?? '');
    if (choices && !choices.some((one) => one.value === value)) continue;
    options.push({ type: TEXT, name: option, value });
    rest.splice(0, value.split(' ').length);
  }
  if (rest.length > 0) throw new Error(`/deskhand ${name} takes no "${rest.join(' ')}"`);
  return { id: '1', type: 1, name: 'deskhand', options: [{ type: SUBCOMMAND, name, options }] };
}

/** What a client sends for an entry of a message's menu. Throws where it was not registered. */
export function messageData(registered: Registration, name: string, target: { id: string }) {
  if (!registered.some((one) => one.type === MESSAGE && one.name === name))
    throw new Error(`"${name}" was not registered`);
  const resolved = { messages: { [target.id]: target } };
  return { id: '2', type: MESSAGE, name, target_id: target.id, resolved };
}
