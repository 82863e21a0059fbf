// The console for the contract of chat platforms: people at its page, over HTTP as the page speaks it.
import { randomUUID } from 'node:crypto';
import { createConsole } from '../../adapters/chat/console/index.ts';
import type { ActionRequest, Post, WireReply } from '../../adapters/chat/console/wire.ts';
import { ACTION_IDS, type ActionId, type CardRef, type Form, OTHER_FORMS } from '../../src/model/card.ts';
import { intentOf, intentOfRewrite } from '../../src/model/platform.ts';
import type { AdapterStore, Route } from '../../src/ports.ts';
import type { ChatWorld, Person, Seen } from '../contracts/chat-world.ts';
import { personsOf } from '../contracts/chat-world.ts';
import { adapterDeps, createMemoryStore } from './adapter-memory.ts';

const CHANNEL = 'support';
const HOST = 'localhost:3000';
const emailOf = (person: Person) => `${person}@team.example`;

/** What the page shows to one person besides the channel. */
interface Page {
  form: {
    form: Form;
    at: ActionRequest['at'];
    values: Record<string, string>;
    problem: string | null;
  } | null;
  /** Words and cards for these eyes only. */
  toasts: string[];
}

type Answer = WireReply | { error: string; field?: string; message: string };

/** A console on this machine. It has no far end that could fail. */
export async function consoleWorld(): Promise<ChatWorld> {
  const posts = new Map<string, { post: Post; edits: number }>();
  const told = new Map<string, string>();
  let broken = false;
  const store = journalled(createMemoryStore(), (key, value) => {
    if (broken && /^(post|reply)\//.test(key)) throw new Error('the connection to the database is lost');
    if (/^(post|reply)\//.test(key)) {
      const post = value as Post;
      posts.set(key, { post: structuredClone(post), edits: (posts.get(key)?.edits ?? -1) + 1 });
    }
    if (key.startsWith('notice/')) told.set(key, (value as { text: string }).text);
  });
  const pages = new Map<Person, Page>();
  const looks = new WeakMap<Seen, Post>();
  let routes: Route[] = [];

  const pageOf = (person: Person): Page => {
    const page = pages.get(person) ?? { form: null, toasts: [] };
    pages.set(person, page);
    return page;
  };

  function see({ post, edits }: { post: Post; edits: number }): Seen {
    const { content, thread, id } = post;
    const json = JSON.stringify(content.kind === 'card' ? content.json : null);
    const seen: Seen = {
      ref: {
        platform: 'console',
        channel: post.channel,
        message: thread === null ? `${id}` : `${thread}.${id}`,
      },
      thread: thread === null ? null : String(thread),
      text: content.kind === 'card' ? wordsOf(content.json).join('\n') : content.text,
      notification: content.kind === 'card' ? content.fallback : '',
      actions: ACTION_IDS.filter((action) => json.includes(`"verb":"${action}"`)),
      edits,
      mentions: json.match(/https:\/\/evil\.example[^"]*(?="\},"type":"TextRun")/g) ?? [],
    };
    looks.set(seen, post);
    return seen;
  }

  async function call(path: string, body: unknown, more: { headers?: object; peer?: string } = {}) {
    const route = routes.find((one) => one.path === path && one.method === 'POST');
    if (!route) throw new Error(`the console has no ${path}`);
    const request = new Request(`http://${HOST}${path}`, {
      method: 'POST',
      headers: { host: HOST, origin: `http://${HOST}`, 'content-type': 'application/json', ...more.headers },
      body: JSON.stringify(body),
    });
    return route.handle(request, {}, { address: more.peer ?? '127.0.0.1' });
  }

  async function act(person: Person, body: Omit<ActionRequest, 'agent'>): Promise<Answer> {
    const response = await call('/console/api/actions', { ...body, agent: emailOf(person) });
    const answer: Answer = await response.json();
    return answer;
  }

  /** Shows what came back, as the page does. */
  function show(person: Person, answer: Answer, at: ActionRequest['at']): void {
    const page = pageOf(person);
    if ('error' in answer) page.toasts.push(answer.message);
    else if (answer.kind === 'notice') page.toasts.push(answer.text);
    else if (answer.kind === 'card' && at === null) page.toasts.push(wordsOf(answer.card.json).join('\n'));
    else if (answer.kind === 'form') {
      const values = Object.fromEntries(answer.form.fields.map((field) => [field.id, field.value ?? '']));
      page.form = { form: answer.form, at, values, problem: null };
    }
  }

  const placeOf = (post: Post) => ({ channel: post.channel, post: post.thread ?? post.id });
  const refOf = (post: Post): CardRef | null => (post.content.kind === 'card' ? post.content.ref : null);
  const looked = (seen: Seen): Post => {
    const post = looks.get(seen);
    if (!post) throw new Error('nobody saw this post');
    return post;
  };

  /** Sends the open form, or one of its other intents; what is wrong with it stays on it. */
  async function send(person: Person, intent: ActionRequest['intent'], values: Record<string, string>) {
    const page = pageOf(person);
    const { form: open } = page;
    if (!open) throw new Error('no form is open');
    const answer = await act(person, { ref: open.form.ref, at: open.at, intent });
    const wrong = 'error' in answer ? answer.message : answer.kind === 'notice' && !answer.ok && answer.text;
    if (wrong) {
      Object.assign(open, { values, problem: wrong });
      return;
    }
    page.form = null;
    show(person, answer, open.at);
  }

  return {
    channel: CHANNEL,
    create() {
      const platform = createConsole(
        { name: 'Test', channels: [{ id: CHANNEL, purpose: '' }], port: 3000, publicUrl: null },
        adapterDeps({
          store,
          agents: ['ana', 'ben', 'vera'].map((name) => ({ name, email: `${name}@team.example`, role: '' })),
        }),
      );
      routes = platform.routes;
      return platform;
    },
    messages: () =>
      [...posts.values()]
        .filter(({ post }) => post.author === 'Deskhand')
        .sort((a, b) => a.post.at.localeCompare(b.post.at))
        .map(see),
    pictures: (seen) =>
      Promise.all(
        nodesOf(looked(seen), 'Image').map(async ({ url, altText }) => {
          const served = routes.find(({ path }) => path === '/console/images/:name');
          const request = new Request(`http://${HOST}${url}`, { headers: { host: HOST } });
          const params = { name: String(url).split('/').at(-1) ?? '' };
          const answer = await served?.handle(request, params, { address: '127.0.0.1' });
          return { png: new Uint8Array((await answer?.arrayBuffer()) ?? []), alt: String(altText) };
        }),
      ),
    tables: (seen) =>
      nodesOf(looked(seen), 'Table').map(({ rows }) =>
        ((rows as { cells: unknown[] }[])[0]?.cells ?? []).map((cell) => wordsOf(cell).join('')),
      ),
    // A mention is a word to that person alone.
    pinged: () =>
      personsOf((person) => [...told.keys()].some((key) => key.startsWith(`notice/${emailOf(person)}/`))),
    notices: (person) => [
      ...[...told].flatMap(([key, text]) => (key.startsWith(`notice/${emailOf(person)}/`) ? [text] : [])),
      ...pageOf(person).toasts,
    ],
    form(person) {
      const open = pageOf(person).form;
      return (
        open && {
          title: open.form.title,
          values: open.values,
          ...(open.problem && { problem: open.problem }),
        }
      );
    },
    async press(person, seen, action: ActionId) {
      const post = looked(seen);
      if (!seen.actions.includes(action)) throw new Error(`there is no ${action} on the card`);
      const intent = intentOf(action);
      if (intent.type === 'command') throw new Error('a button is no command');
      const at = placeOf(post);
      show(person, await act(person, { ref: refOf(post), at, intent }), at);
    },
    async submit(person, given) {
      const open = pageOf(person).form;
      if (!open) throw new Error('no form is open');
      const fields = new Set(open.form.fields.map(({ id }) => id));
      const strange = Object.keys(given).filter((id) => !fields.has(id));
      if (strange.length > 0) throw new Error(`the form has no ${strange}`);
      const values = { ...open.values, ...given };
      const filled = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
      const other = OTHER_FORMS.find((id) => id === open.form.id);
      const origin = open.form.origin;
      await send(
        person,
        other
          ? { type: 'submit', form: other, values: filled, ...(origin && { origin }) }
          : { type: 'decision', decision: { ...filled, kind: open.form.id } },
        values,
      );
    },
    async rewrite(person, how) {
      const intent = intentOfRewrite(how, randomUUID());
      if (intent.type === 'thread') await send(person, intent, {});
    },
    async take(person, text) {
      const message = { id: `${CHANNEL}/${text.length}`, text, author: { name: 'Somebody' } };
      show(
        person,
        await act(person, { ref: null, at: null, intent: { type: 'create_ticket', message } }),
        null,
      );
    },
    async reply(person, seen, text, times = 1) {
      const post = looked(seen);
      const id = randomUUID();
      const at = placeOf(post);
      const head = posts.get(`post/${at.channel}/${String(at.post).padStart(10, '0')}`)?.post ?? post;
      for (let n = 0; n < times; n++)
        show(person, await act(person, { ref: refOf(head), at, intent: { type: 'thread', text, id } }), at);
      return id;
    },
    async command(person, text) {
      const intent = { type: 'command' as const, text };
      show(person, await act(person, { ref: null, at: null, intent }), null);
    },
    // The page shows nothing of the answer.
    async look(person, seen, on, times = 1) {
      const post = looked(seen);
      const body = { ref: refOf(post), at: placeOf(post), intent: { type: 'looking' as const, on } };
      for (let n = 0; n < times; n++) await act(person, body);
    },
    async noise(seen) {
      const agent = emailOf('ana');
      const say = { agent, channel: CHANNEL, text: 'lunch?', id: randomUUID() };
      await call('/console/api/posts', say);
      await call('/console/api/read', { agent, channel: CHANNEL, upTo: looked(seen).id });
      await call('/console/api/seen', { agent, ids: [1] });
      const thread = { type: 'thread' as const, text: 'at one', id: randomUUID() };
      await act('ana', { ref: null, at: { channel: CHANNEL, post: 2 }, intent: thread });
    },
    async forge(seen) {
      const post = looked(seen);
      const body = {
        ref: refOf(post),
        at: placeOf(post),
        agent: emailOf('ana'),
        intent: { type: 'decision', decision: { kind: 'approve' } },
      };
      const answers = await Promise.all([
        call('/console/api/actions', body, { headers: { origin: 'https://evil.example' } }),
        call('/console/api/actions', body, {
          headers: { host: 'evil.example', origin: 'http://evil.example' },
        }),
        call('/console/api/actions', body, { headers: { 'x-forwarded-for': '127.0.0.1' } }),
        call('/console/api/actions', body, { peer: '203.0.113.9' }),
      ]);
      return answers.filter(({ status }) => status < 300).length;
    },
    /** What can fail is our own database, and posts may be gone from it. */
    fault(kind, seen) {
      if (kind === 'server error') broken = true;
      else if (kind === 'message gone' && seen) {
        const key = `post/${seen.ref.channel}/${seen.ref.message.padStart(10, '0')}`;
        posts.delete(key);
        void store.delete(key);
      } else throw new Error(`the console knows no ${kind}`);
    },
    heal() {
      broken = false;
    },
    refused: () => [],
    remove: async () => undefined,
  };
}

/** The same store; everything that is written is told. */
function journalled(store: AdapterStore, wrote: (key: string, value: unknown) => void): AdapterStore {
  return {
    ...store,
    async set(key, value, ...rest) {
      wrote(key, value);
      await store.set(key, value, ...rest);
    },
  };
}

/** Elements of one type, in reading order. */
function nodesOf({ content }: Post, type: string): Record<string, unknown>[] {
  const visit = (node: unknown): Record<string, unknown>[] => {
    if (Array.isArray(node)) return node.flatMap(visit);
    if (typeof node !== 'object' || node === null) return [];
    const own = 'type' in node && node.type === type ? [{ ...node }] : [];
    return [...own, ...Object.values(node).flatMap(visit)];
  };
  return content.kind === 'card' ? visit(content.json) : [];
}

/** Texts of a card, in reading order. */
function wordsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(wordsOf);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'text' && typeof value === 'string' ? [value] : key === 'data' ? [] : wordsOf(value),
  );
}
