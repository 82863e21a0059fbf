// Loads the page's data, follows live events, and knows which channel and thread is open.
import type { Agent, Bootstrap, ConsoleEvent, Post, PostPage } from '../wire.ts';
import { getState, type PostAt, type State, setState } from './store.ts';

/** Posts of one channel that stay in the page; older ones are loaded again when somebody scrolls up. */
const KEPT = 400;

/** For an answer of the server, ms; a bot that is stopped in the middle never gives one. */
const ANSWER_MS = 20_000;
/** Until a channel that could not be loaded is asked for again, ms. */
const AGAIN_MS = 2_000;

/** Why the server would not. */
export interface Refusal {
  error: string;
  message: string;
  field?: string;
}

/** One request to the server; a refusal is a value. */
export async function call<T>(
  path: string,
  body?: object,
): Promise<{ ok: true; value: T } | { ok: false; refusal: Refusal }> {
  try {
    const response = await fetch(`/console/api/${path}`, {
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(body && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
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

/** Words that stand there already are not said twice. */
export function toast(text: string, tone: 'ok' | 'bad' = 'ok'): void {
  const key = ++toastKey;
  const others = getState().toasts.filter((shown) => shown.text !== text);
  setState({ toasts: [...others.slice(-3), { key, text, tone }] });
  setTimeout(() => dismiss(key), tone === 'ok' ? 7_000 : 12_000);
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
  waiting = boot.notices;
  tellNotices();
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

/** Private notices that were not shown yet; they wait until somebody looks at the page. */
let waiting: { id: number; text: string }[] = [];

export function tellNotices(): void {
  const { me } = getState();
  if (!me || document.hidden || waiting.length === 0) return;
  for (const notice of waiting) toast(notice.text);
  void call('seen', { agent: me.email, ids: waiting.map((notice) => notice.id) });
  waiting = [];
}

function hear(event: ConsoleEvent): void {
  const state = getState();
  switch (event.type) {
    case 'post':
      if (event.post.thread === null) placePost(event.post);
      else placeReply(event.post);
      return;
    case 'notice':
      waiting = [...waiting, event];
      tellNotices();
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
  } else {
    toast(answer.refusal.message, 'bad');
    setTimeout(
      () => getState().channel === channel && !getState().feeds[channel] && void loadFeed(channel),
      AGAIN_MS,
    );
  }
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

export function setTheme(theme: State['theme']): void {
  setState({ theme });
  localStorage.setItem('deskhand.theme', theme);
  document.documentElement.dataset.theme = theme;
}
