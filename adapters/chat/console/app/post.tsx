// One post of a channel or thread: a card by Deskhand, or somebody's words.

import { useEffect, useRef, useState } from 'preact/hooks';
import { ACTION_IDS, type CardRef } from '../../../../src/model/card.ts';
import { Bell, Icon } from '../../../../src/web/icons.tsx';
import type { Post } from '../wire.ts';
import { COMMAND, createTicket, look, press } from './acts.ts';
import { Avatar } from './avatar.tsx';
import { CardView } from './card.tsx';
import { go } from './net.ts';
import { type PostAt, setState, useStore } from './store.ts';
import { clockTime, fullTime } from './time.ts';

/** Presses a button of a post's card by its verb; unknown verbs do nothing. */
export function pressVerb(post: Post, verb: string): void {
  const action = ACTION_IDS.find((id) => id === verb);
  if (!action || post.content.kind !== 'card') return;
  void press(action, post.content.ref, { channel: post.channel, post: post.thread ?? post.id });
}

/** `inThread`: in the panel; there the card that began it is folded to what it is about and its buttons. */
export function PostView({ post, inThread = false }: { post: Post; inThread?: boolean }) {
  // A thread that covers its channel begins with the whole card, until there is something else to read.
  const [unfolded, setUnfolded] = useState(
    () => inThread && !post.replies && matchMedia('(max-width: 1180px)').matches,
  );
  const selected = useStore((s) => !inThread && s.selected === post.id);
  const busy = useStore((s) => s.busy[`${post.channel}/${post.thread ?? post.id}`] === true);
  const { content } = post;
  const frame = useRef<HTMLElement>(null);
  const acted = useRef(false);
  if (busy) acted.current = true;
  // Whoever pressed a button sees what came of it, which stands at the end of the card.
  useEffect(() => {
    if (acted.current)
      frame.current?.querySelector('[data-part=actions]')?.scrollIntoView({ block: 'nearest' });
    acted.current = false;
  }, [content]);
  const card = content.kind === 'card';
  const foldable = inThread && post.thread === null && card && content.ref !== null;
  const tone = card ? content.tone : 'none';
  return (
    <article
      ref={frame}
      class={`post ${card ? 'is-card' : 'is-text'} ${selected ? 'is-selected' : ''}`}
      data-post={inThread ? undefined : post.id}
      data-tone={tone}
      aria-label={card ? content.fallback : `${post.author}: ${content.text.slice(0, 100)}`}
      tabIndex={-1}
      onFocusIn={inThread ? undefined : () => setState({ selected: post.id })}
      onPointerDown={inThread ? undefined : () => setState({ selected: post.id })}
    >
      <div class="post-avatar">
        {post.author === 'Deskhand' ? (
          <Bell size={inThread ? 26 : 32} />
        ) : (
          <Avatar name={post.author} size={inThread ? 26 : 32} />
        )}
      </div>
      <div class="post-main">
        <header class="post-head">
          <b>{post.author}</b>
          <time dateTime={post.at} title={fullTime(post.at)}>
            {clockTime(post.at)}
          </time>
        </header>
        {card ? (
          <div
            class={`card ${busy ? 'is-busy' : ''} ${foldable && !unfolded ? 'is-folded' : ''}`}
            data-tone={tone}
          >
            <CardView json={content.json} busy={busy} onPress={(verb) => pressVerb(post, verb)} />
          </div>
        ) : (
          <p class="words">{content.text}</p>
        )}
        {foldable ? (
          <button
            type="button"
            class="thread-link"
            aria-expanded={unfolded}
            onClick={() => setUnfolded(!unfolded)}
          >
            {unfolded ? 'Show less' : 'Show the whole card'}
          </button>
        ) : null}
        {inThread ? null : <ThreadLink post={post} />}
        {!inThread && card && content.ref && content.looking ? (
          <LookLink
            at={{ channel: post.channel, post: post.id }}
            about={content.ref}
            names={content.looking}
          />
        ) : null}
        {card || isToBot(post.author, content.text) ? null : <TakeLink post={post} text={content.text} />}
      </div>
    </article>
  );
}

/** Words of the bot, or to it: nothing that a ticket could be made of. */
function isToBot(author: string, text: string): boolean {
  return author === 'Deskhand' || COMMAND.test(text);
}

/** 👀: tells the others that one is reading this ticket. The card that changes is the answer. */
function LookLink(props: { at: PostAt; about: CardRef; names: string[] }) {
  const on = useStore((s) => s.me !== null && props.names.includes(s.me.name));
  return (
    <button
      type="button"
      class="thread-link"
      aria-pressed={on}
      onClick={() => void look(props.about, props.at, !on)}
    >
      <Icon name="eye" size={15} /> I’m looking at it
    </button>
  );
}

/** A ticket out of a person's words; shown while the pointer or the keyboard is there. */
function TakeLink({ post, text }: { post: Post; text: string }) {
  const id = [post.channel, post.thread, post.id].filter((part) => part !== null).join('/');
  return (
    <button
      type="button"
      class="thread-link take-link"
      onClick={() => void createTicket({ id, text, author: { name: post.author } })}
    >
      Create ticket
    </button>
  );
}

function ThreadLink({ post }: { post: Post }) {
  const open = useStore((s) => s.thread?.channel === post.channel && s.thread.post === post.id);
  const { replies } = post;
  return (
    <button
      type="button"
      class="thread-link"
      aria-pressed={open}
      onClick={() => go(post.channel, open ? null : post.id)}
    >
      <Icon name="thread" size={15} />
      {replies ? (
        <>
          <b>{replies.count === 1 ? '1 reply' : `${replies.count} replies`}</b>
          <span>last {clockTime(replies.lastAt)}</span>
        </>
      ) : (
        'Open thread'
      )}
    </button>
  );
}
