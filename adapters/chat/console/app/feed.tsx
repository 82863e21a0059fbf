// A channel: its posts by day, the "new" mark, and the way back to the latest.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../../../../src/web/icons.tsx';
import type { Post } from '../wire.ts';
import { say } from './acts.ts';
import { Composer } from './composer.tsx';
import { EmptyChannel } from './empty.tsx';
import { loadEarlier, markRead, watchBottom } from './net.ts';
import { PostView } from './post.tsx';
import { useStore } from './store.ts';
import { dayName } from './time.ts';

/** A card that still waits for somebody: it has a button that is not in the menu. */
function isOpen(post: Post): boolean {
  if (post.content.kind !== 'card') return false;
  return post.content.json.body.some(
    (element) => element.type === 'ActionSet' && element.actions.some((action) => action.mode === 'primary'),
  );
}

/** A card of a ticket. */
export function isTicket({ content }: Post): boolean {
  return content.kind === 'card' && content.ref?.ticketId.startsWith('T-') === true;
}

/** Of a channel with tickets those that wait, if only they are wanted; else everything. */
export function shownPosts(posts: Post[], onlyOpen: boolean): Post[] {
  return onlyOpen && posts.some(isTicket) ? posts.filter(isOpen) : posts;
}

export function FeedView() {
  const channel = useStore((s) => s.channel);
  const feed = useStore((s) => s.feeds[s.channel]);
  const newFrom = useStore((s) => s.newFrom);
  const onlyOpen = useStore((s) => s.onlyOpen);
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const sticky = useRef(true);
  const [away, setAway] = useState(false);
  const last = feed?.posts.at(-1)?.id ?? 0;
  const seen = useRef(0);
  if (!away) seen.current = last;

  // Opening a channel begins at its end.
  useLayoutEffect(() => {
    sticky.current = true;
    setAway(false);
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [channel, feed === undefined, onlyOpen]);

  // While the end is in view it stays in view, whatever grows.
  useEffect(() => {
    const list = inner.current;
    const scroller = box.current;
    if (!list || !scroller) return;
    const watch = new ResizeObserver(() => {
      if (sticky.current) scroller.scrollTop = scroller.scrollHeight;
    });
    watch.observe(list);
    watch.observe(scroller);
    return () => watch.disconnect();
  }, [channel, feed === undefined]);

  useEffect(() => {
    watchBottom(() => sticky.current);
    if (feed && document.hasFocus()) markRead();
  }, [channel, feed === undefined]);

  function onScroll(): void {
    const scroller = box.current;
    if (!scroller) return;
    const gap = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    sticky.current = gap < 60;
    if (away !== gap > 240) setAway(gap > 240);
    if (gap < 60) markRead();
    if (scroller.scrollTop < 400) {
      const from = scroller.scrollHeight - scroller.scrollTop;
      void loadEarlier(channel).then(() =>
        requestAnimationFrame(() => {
          if (scroller.scrollTop < 400) scroller.scrollTop = scroller.scrollHeight - from;
        }),
      );
    }
  }

  function toLatest(): void {
    const scroller = box.current;
    if (!scroller) return;
    sticky.current = true;
    scroller.scrollTop = scroller.scrollHeight;
    setAway(false);
    markRead();
  }

  const posts = shownPosts(feed?.posts ?? [], onlyOpen);
  const fresh = last - seen.current;
  return (
    <div class="feed-frame">
      <div
        class="feed"
        ref={box}
        onScroll={onScroll}
        role="log"
        aria-label={`Messages in ${channel}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
      >
        <div class="feed-inner" ref={inner}>
          {feed === undefined ? (
            <Skeleton />
          ) : posts.length === 0 ? (
            feed.posts.length > 0 ? (
              <p class="all-done">Nothing waits for anybody here.</p>
            ) : (
              <EmptyChannel id={channel} />
            )
          ) : (
            posts.map((post, index) => {
              const before = posts[index - 1];
              const day = dayName(post.at);
              const isNew = newFrom > 0 && post.id > newFrom && (before?.id ?? 0) <= newFrom;
              return [
                !before || dayName(before.at) !== day ? (
                  <div class="day" key={`day-${post.id}`}>
                    <span>{day}</span>
                  </div>
                ) : null,
                isNew ? (
                  <div class="new-mark" key="new">
                    <span>New</span>
                  </div>
                ) : null,
                <PostView post={post} key={`${post.channel}/${post.id}`} />,
              ];
            })
          )}
        </div>
      </div>
      {away ? (
        <button type="button" class="to-latest" onClick={toLatest}>
          <Icon name="down" size={15} /> {fresh > 0 ? `${fresh} new` : 'Latest'}
        </button>
      ) : null}
      <Composer
        id="channel-composer"
        key={channel}
        label={`Message to the team in ${channel}`}
        placeholder={`Message #${channel}, or /deskhand help`}
        send={say}
      />
    </div>
  );
}

function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      <div />
      <div />
    </div>
  );
}
