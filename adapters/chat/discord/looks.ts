// 👀 on cards: who is looking at a ticket.
import type { GatewayMessageReactionAddDispatchData } from 'discord.js';
import { z } from 'zod';
import type { ActionReply, AgentAction } from '../../../src/model/platform.ts';
import type { AdapterStore } from '../../../src/ports.ts';
import type { DiscordMemory } from './memory.ts';
import { parseLook } from './parse.ts';

/** How long it is known who put 👀 on a card. */
const KEPT_MS = 30 * 86_400_000;

interface Deps {
  memory: DiscordMemory;
  store: AdapterStore;
  act(action: AgentAction): Promise<ActionReply>;
}

/** Takes reactions one after the other, since the gateway tells them in the order in which they happened. */
export function createLooks({ memory, store, act }: Deps) {
  let before = Promise.resolve();

  async function look(event: GatewayMessageReactionAddDispatchData, on: boolean): Promise<void> {
    const parsed = parseLook(event);
    const head = parsed && (await memory.headOf(parsed.message));
    if (!head) return;
    const { agent, message } = parsed;
    // Discord tells the name of a person only when 👀 is put there.
    const key = `look/${message}/${agent.userId}`;
    const known = z.string().safeParse(await store.get(key)).data;
    const name = agent.name ?? known;
    const ref = { ticketId: head.ticketId, draftVersion: 0 };
    // The answer is the card itself.
    await act({ ref, agent: { ...agent, ...(name && { name }) }, intent: { type: 'looking', on } });
    if (on && name) await store.set(key, name, KEPT_MS);
    if (!on) await store.delete(key);
  }

  return (event: GatewayMessageReactionAddDispatchData, on: boolean): Promise<void> => {
    const turn = before.then(() => look(event, on));
    before = turn.catch(() => undefined);
    return turn;
  };
}
