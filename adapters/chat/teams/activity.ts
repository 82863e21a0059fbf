// What Teams posts to us: the parts of an activity that we read, checked.
import { z } from 'zod';

const account = z.looseObject({
  id: z.string().min(1),
  name: z.string().optional(),
  aadObjectId: z.string().optional(),
  role: z.string().optional(),
});

/** https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-basics */
export const activitySchema = z.looseObject({
  type: z.string(),
  id: z.string().optional(),
  name: z.string().optional(),
  serviceUrl: z.url({ protocol: /^https?$/ }),
  from: account,
  recipient: account,
  conversation: z.looseObject({
    /** In a channel `19:…@thread.tacv2;messageid=ROOT`. */
    id: z.string().min(1),
    conversationType: z.string().optional(),
    tenantId: z.string().optional(),
  }),
  text: z.string().optional(),
  replyToId: z.string().optional(),
  value: z.unknown().optional(),
  entities: z.array(z.looseObject({ type: z.string() })).optional(),
  channelData: z
    .looseObject({
      tenant: z.looseObject({ id: z.string() }).optional(),
      team: z.looseObject({ id: z.string() }).optional(),
    })
    .optional(),
  membersAdded: z.array(account).optional(),
  membersRemoved: z.array(account).optional(),
  reactionsAdded: z.array(z.looseObject({ type: z.string() })).optional(),
  reactionsRemoved: z.array(z.looseObject({ type: z.string() })).optional(),
  /** When it happened; the SDK makes a Date of it. */
  timestamp: z.coerce.date().optional().catch(undefined),
  localTimezone: z.string().optional(),
});
export type Activity = z.infer<typeof activitySchema>;

/** Null: not something that Teams sends about conversations. */
export function readActivity(value: unknown): Activity | null {
  return activitySchema.safeParse(value).data ?? null;
}

/** Where something happened. */
export interface Spot {
  /** Conversation id without the message: what a channel is called in the configuration. */
  channel: string;
  /** The first message of its thread; null in chats, which have no threads. */
  root: string | null;
  kind: 'channel' | 'chat';
}

export function spotOf({ conversation }: Activity): Spot {
  const [channel = '', ...rest] = conversation.id.split(';');
  const root = rest.find((part) => part.startsWith('messageid='))?.slice('messageid='.length) ?? null;
  return { channel, root, kind: conversation.conversationType === 'channel' ? 'channel' : 'chat' };
}

/** A conversation's id as the connector takes it. */
export function conversationId(channel: string, root: string | null): string {
  return root === null ? channel : `${channel};messageid=${root}`;
}

/** The tenant that an activity comes from. */
export function tenantOf({ conversation, channelData }: Activity): string | null {
  return channelData?.tenant?.id ?? conversation.tenantId ?? null;
}

/** The IANA zone that the person's client told; undefined when it told none. */
export function timeZoneOf({ localTimezone, entities }: Activity): string | undefined {
  const told = localTimezone ?? entities?.find(({ type }) => type === 'clientInfo')?.timezone;
  return typeof told === 'string' ? told : undefined;
}
