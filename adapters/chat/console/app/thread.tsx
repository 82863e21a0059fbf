// The thread of a card: details, the customer's later messages, and what the team says about it.
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../../../src/web/icons.tsx';
import { reply } from './acts.ts';
import { Composer } from './composer.tsx';
import { go } from './net.ts';
import { PostView } from './post.tsx';
import { useStore } from './store.ts';

export function ThreadPanel() {
  const thread = useStore((s) => s.thread);
  const replies = useStore((s) => s.replies);
  const box = useRef<HTMLDivElement>(null);
  const [parent, ...rest] = replies;
  const ticket = parent?.content.kind === 'card' ? parent.content.ref?.ticketId : null;
  const count = rest.length;

  useEffect(() => {
    // The newest reply, but never past the card when there is only that.
    if (box.current && count > 0) box.current.scrollTop = box.current.scrollHeight;
  }, [count, thread?.post]);

  if (!thread) return null;
  return (
    <aside class="thread" aria-label={ticket ? `Thread of ${ticket}` : 'Thread'}>
      <header class="thread-head">
        <button
          type="button"
          class="icon-button back"
          onClick={() => go(thread.channel)}
          aria-label="Back to the channel"
        >
          <Icon name="back" />
        </button>
        <h2>
          Thread <span>{ticket ?? `#${thread.channel}`}</span>
        </h2>
        <button
          type="button"
          class="icon-button close"
          onClick={() => go(thread.channel)}
          aria-label="Close thread"
        >
          <Icon name="close" />
        </button>
      </header>
      <div
        class="thread-body"
        ref={box}
        role="log"
        aria-label="Replies"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
      >
        {parent ? <PostView post={parent} inThread /> : null}
        {count > 0 ? (
          <div class="day">
            <span>{count === 1 ? '1 reply' : `${count} replies`}</span>
          </div>
        ) : null}
        {parent && count === 0 && ticket?.startsWith('T-') ? <FirstSteps /> : null}
        {rest.map((post) => (
          <PostView post={post} inThread key={post.id} />
        ))}
      </div>
      <Composer
        id="thread-composer"
        key={`${thread.channel}/${thread.post}`}
        label={ticket ? `Internal note on ${ticket}` : 'Reply in thread'}
        placeholder={ticket ? 'Internal note, or @deskhand shorter' : 'Reply in thread'}
        hint={ticket ? 'Internal. Customers never see what is written here.' : undefined}
        send={reply}
      />
    </aside>
  );
}

/** What a ticket's thread is for, while nothing stands in it. */
function FirstSteps() {
  return (
    <dl class="first-steps">
      <dt>@deskhand shorter</dt>
      <dd>rewrites the draft; say what you want changed</dd>
      <dt>@deskhand macro …</dt>
      <dd>answers with the macro of that title; the card’s button lists them</dd>
      <dt>@deskhand send: …</dt>
      <dd>puts your own words on the card, to be approved</dd>
      <dt>Show everything</dt>
      <dd>in the card’s menu: history, facts, sources, similar tickets</dd>
    </dl>
  );
}
