// What must be known to speak without being asked: where channels are, whose card a thread belongs to, who people are.
import { z } from 'zod';
import type { AdapterStore } from '../../../src/ports.ts';
import type { Spot } from './activity.ts';

const conversationSchema = z.object({ serviceUrl: z.string(), kind: z.enum(['channel', 'chat']) });
export type Conversation = z.infer<typeof conversationSchema>;

const personSchema = z.object({
  /** The id that Teams wants for a new chat: `29:…`. */
  id: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  /** When the directory was asked, in ms. */
  at: z.number(),
  serviceUrl: z.string(),
});
export type Person = z.infer<typeof personSchema>;

/** How long a thread is known for its ticket's after its card was posted. */
const THREAD_KEPT_MS = 400 * 86_400_000;

export type Places = ReturnType<typeof createPlaces>;

export function createPlaces(store: AdapterStore, fallbackUrl: string) {
  async function lastService(): Promise<string> {
    const url = await store.get('service');
    return typeof url === 'string' ? url : fallbackUrl;
  }

  return {
    /** Keeps where a conversation is reached; written only when that is news. */
    async meet({ channel, kind }: Spot, serviceUrl: string): Promise<void> {
      const known = conversationSchema.safeParse(await store.get(`conversation/${channel}`)).data;
      if (known?.serviceUrl === serviceUrl && known.kind === kind) return;
      await store.set(`conversation/${channel}`, { serviceUrl, kind } satisfies Conversation);
      await store.set('service', serviceUrl);
    },

    async leave(channel: string): Promise<void> {
      await store.delete(`conversation/${channel}`);
    },

    /** A channel of the configuration that has not been heard of yet is taken for one of the same tenant. */
    async conversation(channel: string): Promise<Conversation> {
      const known = conversationSchema.safeParse(await store.get(`conversation/${channel}`)).data;
      return known ?? { serviceUrl: await lastService(), kind: 'channel' };
    },

    async ticketOf(channel: string, root: string): Promise<string | null> {
      const ticketId = await store.get(`thread/${channel}/${root}`);
      return typeof ticketId === 'string' ? ticketId : null;
    },

    async linkThread(channel: string, root: string, ticketId: string): Promise<void> {
      await store.set(`thread/${channel}/${root}`, ticketId, THREAD_KEPT_MS);
    },

    async person(userId: string): Promise<Person | null> {
      return personSchema.safeParse(await store.get(`person/${userId}`)).data ?? null;
    },

    async keepPerson(userId: string, person: Person): Promise<void> {
      await store.set(`person/${userId}`, person);
      if (person.email) await store.set(`mail/${person.email}`, userId);
    },

    /** The user id behind an e-mail address; null for somebody who has not been met. */
    async userWith(email: string): Promise<string | null> {
      const userId = await store.get(`mail/${email.toLowerCase()}`);
      return typeof userId === 'string' ? userId : null;
    },

    /** Conversation id of the private chat with a person. */
    async chatWith(userId: string): Promise<string | null> {
      const id = await store.get(`chat/${userId}`);
      return typeof id === 'string' ? id : null;
    },

    async keepChat(userId: string, id: string | null): Promise<void> {
      if (id === null) await store.delete(`chat/${userId}`);
      else await store.set(`chat/${userId}`, id);
    },
  };
}
