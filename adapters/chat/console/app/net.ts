// Talks to the server: loading, live events, and what agents do.
import type { ActionId, CardRef } from '../../../../src/model/card.ts';
import { intentOf } from '../../../../src/model/platform.ts';
import type { ActionRequest, Agent, Bootstrap, ConsoleEvent, Post, PostPage, WireReply } from '../wire.ts';
import { getState, type PostAt, type State, setState } from './store.ts';

/** Posts of one channel that stay in the page; older ones are loaded again when somebody scrolls up. */
const KEPT = 400;

interface Refusal {
  error: string;
  message: string;
  field?: string;
}

async function call<T>(
  path: string,
  body?: object,
): Promise<{ ok: true; value: T } | { ok: false; refusal: Refusal }> {
  try {
    const response = await fetch(
      `/console/api/${path}`,
      body
        ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
        : {},
    );
    if (response.status === 401) location.reload();
    const value = await response.json();
    return response.ok ? { ok: true, value } : { ok: false, refusal: value };
  } catch {
    return {
      ok: false,
      refusal: { error: 'offline', message: 'The bot cannot be reached. Nothing was done; try again.' },
    };
  }
}

let toastKey = 0;

export function toast(text: string, tone: 'ok' | 'bad' = 'ok'): void {
  const key = ++toastKey;
  setState({ toasts: [...getState().toasts.slice(-3), { key, text, tone }] });
  setTimeout(() => dismiss(key), tone === 'ok' ? 5_000 : 12_000);
}

export function dismiss(key: number): void {
  setState({ toasts: getState().toasts.filter((t) => t.key !== key) });
}

// --- loading ------------------------------------------------------------------------------

let source: EventSource | null = null;

/** Loads everything for an agent and follows the events from there. */
export async function begin(email: string | null): Promise<void> {
  const answer = await call<Bootstrap>(`state${email ? `?agent=${encodeURIComponent(email)}` : ''}`);
  if (!answer.ok) {
    setState({ failure: getState().boot ? null : answer.refusal.message, live: false });
    setTimeout(() => void begin(email), 2_000);
    return;
  }
  const boot = answer.value;
  const wanted = boot.boundTo ?? email;
  const me = boot.agents.find((agent) => agent.email === wanted) ?? boot.agents[0] ?? null;
  setState({ boot, me, failure: null, feeds: {}, busy: {} });
  follow(me, boot.lastEvent);
  for (const notice of boot.notices) toast(notice.text);
  if (me && boot.notices.length > 0)
    void call('seen', { agent: me.email, ids: boot.notices.map((n) => n.id) });
  await followAddress();
}

function follow(me: Agent | null, after: number): void {
  source?.close();
  if (!me) return;
  const opened = new EventSource(`/console/api/events?agent=${encodeURIComponent(me.email)}&after=${after}`);
  source = opened;
  opened.onopen = () => setState({ live: true });
  opened.onmessage = (message) => {
    const event: ConsoleEvent = JSON.parse(message.data);
    hear(event);
  };
  opened.onerror = () => {
    if (source !== opened) return;
    setState({ live: false });
    // The browser tries again by itself, unless the server answered with an error.
    if (opened.readyState === EventSource.CLOSED)
      setTimeout(() => source === opened && void begin(me.email), 2_000);
  };
}

function hear(event: ConsoleEvent): void {
  const state = getState();
  switch (event.type) {
    case 'post':
      if (event.post.thread === null) placePost(event.post);
      else placeReply(event.post);
      return;
    case 'notice':
      toast(event.text);
      if (state.me) void call('seen', { agent: state.me.email, ids: [event.id] });
      return;
    case 'read':
      patchChannel(event.channel, { read: event.upTo });
      return;
    case 'status':
      if (state.boot) setState({ boot: { ...state.boot, workspace: event.status } });
      return;
    case 'resync':
      void begin(state.me?.email ?? null);
  }
}

function patchChannel(id: string, patch: { last?: number; read?: number }): void {
  const { boot } = getState();
  if (!boot) return;
  const channels = boot.channels.map((channel) =>
    channel.id === id
      ? {
          ...channel,
          last: Math.max(channel.last, patch.last ?? 0),
          read: Math.max(channel.read, patch.read ?? 0),
        }
      : channel,
  );
  setState({ boot: { ...boot, channels } });
}

/** Posts that events told while their channel or thread was being loaded: the answer may be older than they. */
const early = new Map<string, Post[]>();

function placePost(post: Post): void {
  early.get(post.channel)?.push(post);
  const { feeds, thread, replies, busy } = getState();
  const feed = feeds[post.channel];
  if (feed) {
    const index = feed.posts.findIndex((candidate) => candidate.id === post.id);
    const known = feed.posts[index];
    const posts =
      index >= 0
        ? feed.posts.with(
            index,
            known && known.updatedAt === post.updatedAt ? { ...post, content: known.content } : post,
          )
        : insert(feed.posts, post);
    const kept = posts.slice(-KEPT);
    setState({
      feeds: { ...feeds, [post.channel]: { posts: kept, more: feed.more || kept.length < posts.length } },
    });
  }
  const key = `${post.channel}/${post.id}`;
  if (busy[key]) {
    const { [key]: _done, ...rest } = busy;
    setState({ busy: rest });
  }
  if (thread?.channel === post.channel && thread.post === post.id && replies.length > 0)
    setState({ replies: replies.with(0, post) });
  patchChannel(post.channel, { last: post.id });
  if (post.channel === getState().channel && atBottom() && document.hasFocus()) markRead();
}

function insert(posts: Post[], post: Post): Post[] {
  const first = posts[0];
  // An old card that was updated and is not in the page yet: it comes when somebody scrolls there.
  if (first && post.id < first.id) return posts;
  const at = posts.findLastIndex((candidate) => candidate.id < post.id) + 1;
  return posts.toSpliced(at, 0, post);
}

function placeReply(post: Post): void {
  const { thread, replies } = getState();
  early.get(`${post.channel}/${post.thread}`)?.push(post);
  if (thread?.channel !== post.channel || thread.post !== post.thread) return;
  const index = replies.findIndex((candidate, n) => n > 0 && candidate.id === post.id);
  if (replies.length > 0) setState({ replies: index > 0 ? replies.with(index, post) : [...replies, post] });
}

export async function loadFeed(channel: string): Promise<void> {
  early.set(channel, []);
  const answer = await call<PostPage>(`channels/${encodeURIComponent(channel)}/posts`);
  const meanwhile = early.get(channel) ?? [];
  early.delete(channel);
  if (answer.ok) {
    setState({ feeds: { ...getState().feeds, [channel]: answer.value } });
    meanwhile.forEach(placePost);
  } else toast(answer.refusal.message, 'bad');
}

export async function loadEarlier(channel: string): Promise<void> {
  const feed = getState().feeds[channel];
  const first = feed?.posts[0];
  if (!feed?.more || !first) return;
  const answer = await call<PostPage>(`channels/${encodeURIComponent(channel)}/posts?before=${first.id}`);
  if (!answer.ok) return;
  const now = getState().feeds[channel];
  if (now?.posts[0]?.id !== first.id) return;
  setState({
    feeds: {
      ...getState().feeds,
      [channel]: { posts: [...answer.value.posts, ...now.posts], more: answer.value.more },
    },
  });
}

// --- where we are -------------------------------------------------------------------------

/** `#/support` is a channel, `#/support/12` a thread in it: addresses that can be shared and gone back to. */
export function go(channel: string, post: number | null = null): void {
  const hash = `#/${channel}${post === null ? '' : `/${post}`}`;
  if (location.hash === hash) void followAddress();
  else location.hash = hash;
}

export async function followAddress(): Promise<void> {
  const { boot, channel: before, feeds } = getState();
  if (!boot) return;
  const [, id, post] = location.hash.split('/');
  const channel = boot.channels.find((c) => c.id === id) ?? boot.channels[0];
  if (!channel) return;
  const thread = post && /^\d+$/.test(post) ? { channel: channel.id, post: Number(post) } : null;
  const entering = channel.id !== before || !feeds[channel.id];
  setState({
    channel: channel.id,
    thread,
    rail: false,
    ...(entering ? { newFrom: channel.read, selected: null } : {}),
    ...(thread ? { selected: thread.post } : {}),
    ...(thread?.post === getState().thread?.post && thread?.channel === getState().thread?.channel
      ? {}
      : { replies: [] }),
  });
  await Promise.all([entering ? loadFeed(channel.id) : null, thread ? loadThread(thread) : null]);
}

async function loadThread(thread: PostAt): Promise<void> {
  const key = `${thread.channel}/${thread.post}`;
  early.set(key, []);
  const answer = await call<PostPage>(
    `channels/${encodeURIComponent(thread.channel)}/threads/${thread.post}`,
  );
  const meanwhile = early.get(key) ?? [];
  early.delete(key);
  const now = getState().thread;
  if (now?.channel !== thread.channel || now.post !== thread.post) return;
  if (answer.ok) {
    setState({ replies: answer.value.posts });
    meanwhile.forEach(placeReply);
  } else go(thread.channel);
}

let atBottom: () => boolean = () => false;
/** The feed says how to tell whether its end is in view. */
export function watchBottom(check: () => boolean): void {
  atBottom = check;
}

export function markRead(): void {
  const { boot, channel, me } = getState();
  const entry = boot?.channels.find((c) => c.id === channel);
  if (!entry || !me || entry.read >= entry.last) return;
  patchChannel(channel, { read: entry.last });
  void call('read', { agent: me.email, channel, upTo: entry.last });
}

// --- acting -------------------------------------------------------------------------------

async function act(body: Omit<ActionRequest, 'agent'>): Promise<WireReply | Refusal | null> {
  const { me } = getState();
  if (!me) return null;
  const answer = await call<WireReply>('actions', { ...body, agent: me.email });
  return answer.ok ? answer.value : answer.refusal;
}

function busyWith(at: PostAt, on: boolean): void {
  const key = `${at.channel}/${at.post}`;
  const { [key]: _was, ...rest } = getState().busy;
  setState({ busy: on ? { ...rest, [key]: true } : rest });
}

/** A button of a card. Its card is dimmed until it changes or the server says no. */
export async function press(action: ActionId, ref: CardRef | null, at: PostAt): Promise<void> {
  if (getState().busy[`${at.channel}/${at.post}`]) return;
  if (action === 'show') go(at.channel, at.post);
  const intent = intentOf(action);
  if (intent.type === 'command') return;
  busyWith(at, true);
  const reply = await act({ ref, at, intent });
  const settled =
    intent.type === 'decision' && reply && 'kind' in reply && (reply.kind !== 'notice' || reply.ok);
  // The changed card ends it; should that event be lost, time does.
  if (settled) setTimeout(() => busyWith(at, false), 3_000);
  else busyWith(at, false);
  answerTo(reply, at, ref);
}

function answerTo(reply: WireReply | Refusal | null, at: PostAt | null, ref: CardRef | null): void {
  if (!reply) return;
  if ('error' in reply) toast(reply.message, 'bad');
  else if (reply.kind === 'form') setState({ form: { form: reply.form, at, ref: ref ?? reply.form.ref } });
  else if (reply.kind === 'card') setState({ aside: reply.card });
  else if (reply.kind === 'notice') toast(reply.text, reply.ok ? 'ok' : 'bad');
}

export interface FormProblem {
  /** Null: about the whole form. */
  field: string | null;
  message: string;
}

/** Sends a filled form. Null when it was taken; else what is wrong, and the form stays as it is. */
export async function submitForm(values: Record<string, string>): Promise<FormProblem | null> {
  const open = getState().form;
  if (!open) return null;
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
  // The server checks it against the decision's schema and names the field that is wrong.
  const decision = { ...given, kind: open.form.id };
  const reply = await act({ ref: open.form.ref, at: open.at, intent: { type: 'decision', decision } });
  if (!reply) return null;
  if ('error' in reply) {
    const field = reply.field?.split('.').at(-1) ?? null;
    return { field: open.form.fields.some((f) => f.id === field) ? field : null, message: reply.message };
  }
  if (reply.kind === 'notice' && !reply.ok) return { field: null, message: reply.text };
  setState({ form: null });
  answerTo(reply, open.at, open.ref);
  return null;
}

const freshId = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

/** Words under a card: internal, or a command to the bot. False when they were not taken. */
export async function reply(text: string): Promise<boolean> {
  const { thread, replies } = getState();
  if (!thread) return false;
  const content = replies[0]?.content;
  const answer = await act({
    ref: content?.kind === 'card' ? content.ref : null,
    at: thread,
    intent: { type: 'thread', text, id: freshId() },
  });
  answerTo(answer, thread, null);
  return answer !== null && !('error' in answer);
}

const COMMAND = /^(?:\/deskhand|@deskhand)\b\s*/i;

/** Words in a channel: for people, unless they begin with `/deskhand`. */
export async function say(text: string): Promise<boolean> {
  const { channel, me } = getState();
  if (!me) return false;
  if (COMMAND.test(text)) {
    const answer = await act({
      ref: null,
      at: null,
      intent: { type: 'command', text: text.replace(COMMAND, ''), channel },
    });
    answerTo(answer, null, null);
    return answer !== null && !('error' in answer);
  }
  if (text.startsWith('/')) {
    toast(`Commands begin with /deskhand. Try "/deskhand help".`, 'bad');
    return false;
  }
  const answer = await call('posts', { agent: me.email, channel, text, id: freshId() });
  if (!answer.ok) toast(answer.refusal.message, 'bad');
  return answer.ok;
}

export function setTheme(theme: State['theme']): void {
  setState({ theme });
  localStorage.setItem('deskhand.theme', theme);
  document.documentElement.dataset.theme = theme;
}
