// What a channel says while it is empty: what will come, and how to make it come.
import { useState } from 'preact/hooks';
import { Icon } from '../../../../src/web/icons.tsx';
import { useStore } from './store.ts';

const WORDS: Record<string, { title: string; text: string }> = {
  support: {
    title: 'No messages yet',
    text: 'Every message of a customer becomes a card here, with a draft to approve. Connect a mailbox, or send the first one from a terminal in Deskhand’s folder:',
  },
  alerts: {
    title: 'No alert yet',
    text: 'Accounts whose messages, tone or use say that they may leave come here, and articles that customers miss.',
  },
  digests: {
    title: 'No digest yet',
    text: 'In the morning of every working day the numbers come here, with what changed. For one at once: /deskhand digest',
  },
  sent: {
    title: 'Nothing sent yet',
    text: 'In the sample workspace replies come here instead of going to a customer. Approve a draft in #support.',
  },
};

/** The sample's messages begin by themselves, once there is something to answer them from. */
const MORNING = {
  title: 'Monday morning is about to begin',
  text: 'Deskhand is reading this company’s articles and solved tickets. The first customers write in a few seconds.',
};

export function EmptyChannel({ id }: { id: string }) {
  const sample = useStore((s) => s.boot?.workspace.sample ?? false);
  const begins = sample && id === 'support';
  const known = begins ? MORNING : WORDS[id];
  const words = known ?? { title: `#${id} is empty`, text: 'Nothing was posted here yet.' };
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name="inbox" size={26} />
      </span>
      <h2>{words.title}</h2>
      <p>{words.text}</p>
      {id === 'support' && !begins ? <FirstMessage /> : null}
    </div>
  );
}

function FirstMessage() {
  const [copied, setCopied] = useState(false);
  const command = `curl ${location.origin}/api/messages \\
  -H "Authorization: Bearer $(cat data/api-token)" \\
  -H "Content-Type: application/json" \\
  -d '{"channel":"api","externalId":"first-1",
       "customer":{"email":"mia@example.com","name":"Mia"},
       "text":"How do I get a copy of my last invoice?"}'`;
  return (
    <div class="code">
      <pre>
        <code>{command}</code>
      </pre>
      <button
        type="button"
        class="icon-button"
        aria-label="Copy the command"
        onClick={() => void navigator.clipboard.writeText(command).then(() => setCopied(true))}
      >
        {copied ? 'Copied' : <Icon name="copy" size={16} />}
      </button>
    </div>
  );
}
