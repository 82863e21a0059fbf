// A ticket made of a message in the team's chat: the form with its words, and the ticket once it is filled in.
import { createTicketForm } from '../cards/forms.ts';
import { customerAddressSchema } from '../model/customer.ts';
import type { ActionReply, AgentRef, TakenMessage } from '../model/platform.ts';
import { ticketKey } from '../model/ticket.ts';
import { addNote } from './add-note.ts';
import { type Actor, rightRefusal } from './agents.ts';
import { notice } from './answers.ts';
import type { FlowDeps } from './deps.ts';
import { receive } from './receive.ts';

/** "Create ticket" on a message: the form, or the ticket that was made of it before. */
export async function takeMessage(
  deps: FlowDeps,
  taken: { actor: Actor | null; agent: AgentRef; message: TakenMessage },
): Promise<ActionReply> {
  const { actor, agent, message } = taken;
  const refused = rightRefusal(deps.settings, actor, 'create');
  if (refused) return notice(refused, false);
  const known = await earlier(deps, `${agent.platform}:${message.id}`);
  if (known) return notice(`There is a ticket of this message already: ${known}.`, true);
  const colleague = deps.settings.agents.some(
    ({ name, email }) =>
      email.toLowerCase() === message.author.email?.toLowerCase() || name === message.author.name,
  );
  return { kind: 'form', form: createTicketForm(message, colleague) };
}

/**
 * The filled form becomes the customer's message. A message of the platform becomes one ticket, however often the
 * form is sent. Answers go by e-mail where there is a mailbox, else the way of the API's messages.
 */
export async function createTicket(
  deps: FlowDeps,
  form: { actor: Actor | null; agent: AgentRef; values: Record<string, string>; origin?: string },
): Promise<ActionReply> {
  const { actor, agent, values, origin } = form;
  const refused = rightRefusal(deps.settings, actor, 'create');
  if (refused || !actor) return notice(refused ?? '', false);
  if (!origin)
    return notice('It is not known which message this is about; please open its menu again.', false);
  const text = values.text?.trim();
  if (!text) return notice('"What they wrote" is empty; a ticket needs the words of the customer.', false);
  const name = values.name?.trim();
  const email = values.email?.trim() ?? '';
  const customer = customerAddressSchema.safeParse({ email, ...(name && { name }) });
  if (!customer.success)
    return notice(
      `"E-mail" is "${email}", which is no e-mail address; for example maria@example.com.`,
      false,
    );

  const externalId = `${agent.platform}:${origin}`;
  const receipt = await receive(deps, {
    channel: deps.channels.has('email') ? 'email' : 'api',
    externalId,
    customer: customer.data,
    ...(values.subject && { subject: values.subject }),
    text,
  });
  const { ticketId } = receipt;
  if (ticketId === null) return notice('These words are a thank-you, which needs no ticket.', true);
  const key = ticketKey(ticketId);
  if (receipt.duplicate) return notice(`There is a ticket of this message already: ${key}.`, true);
  const joined = await deps.store.transaction(async (tx) => {
    const ticket = await tx.lockTicket(ticketId);
    if (!ticket) return false;
    const origins = { channel: 'note', externalId: `created:${externalId}` };
    await addNote({ tx, deps, ticket, actor }, `Taken from a message on ${agent.platform}.`, origins);
    await tx.updateTicket(ticketId, {});
    return (await tx.messagesOf(ticketId)).filter(({ direction }) => direction === 'inbound').length > 1;
  });
  await deps.wake.ticket(ticketId, 1);
  return notice(
    joined
      ? `Added to ${key}, which is open for this customer. "/deskhand ticket ${key}" shows it.`
      : `${key} is open. Its card comes to the tickets' channel; "/deskhand ticket ${key}" shows it here.`,
    true,
  );
}

/** The ticket that was made of this message, as people name it. */
async function earlier({ store }: FlowDeps, externalId: string): Promise<string | null> {
  for (const channel of ['email', 'api']) {
    const known = await store.findMessage(channel, externalId);
    if (known?.ticketId) return ticketKey(known.ticketId);
  }
  return null;
}
