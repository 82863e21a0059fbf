// The text box under a channel or thread: Enter sends, Shift+Enter makes a new line.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../../../../src/web/icons.tsx';

export function Composer(props: {
  id: string;
  label: string;
  placeholder: string;
  hint?: string;
  send: (text: string) => Promise<boolean>;
}) {
  const [text, setText] = useState('');
  const [sending, setSending] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);

  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight, 180)}px`;
  }, [text]);

  async function send(): Promise<void> {
    const words = text.trim();
    if (!words || sending) return;
    setSending(true);
    const taken = await props.send(words);
    setSending(false);
    // What was typed while this was under way stays.
    if (taken) setText((now) => (now.trim() === words ? '' : now));
    box.current?.focus();
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div class="composer-box">
        <textarea
          ref={box}
          id={props.id}
          rows={1}
          aria-label={props.label}
          placeholder={props.placeholder}
          value={text}
          maxLength={10_000}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur();
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            void send();
          }}
        />
        <button type="submit" class="icon-button send" disabled={!text.trim() || sending} aria-label="Send">
          <Icon name="send" />
        </button>
      </div>
      {props.hint ? (
        <p class="composer-hint">
          <Icon name="lock" size={13} /> {props.hint}
        </p>
      ) : null}
    </form>
  );
}

/** Puts the keyboard into the channel's text box, which begins with these words where it is empty. */
export function focusComposer(start: string): void {
  const box = document.querySelector<HTMLTextAreaElement>('#channel-composer');
  if (!box) return;
  if (!box.value || box.value.startsWith('/deskhand ')) {
    box.value = start;
    box.dispatchEvent(new Event('input', { bubbles: true }));
  }
  box.focus();
}
