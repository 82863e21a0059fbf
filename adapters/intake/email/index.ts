// E-mail as an intake channel: several mailboxes, each read over IMAP and answered over SMTP by itself.
import { AppError, errorText } from '../../../src/model/errors.ts';
import type { InboundMessage, OutboundReply, Receipt } from '../../../src/model/message.ts';
import type { AdapterDeps, Health, IntakeChannel } from '../../../src/ports.ts';
import { composeReply } from './compose.ts';
import type { EmailConfig, MailboxConfig } from './config.ts';
import { findSent, imapErrorText, saveSent } from './imap.ts';
import { type InboxDeps, sentSchema, watchInbox } from './inbox.ts';
import { keyOfMessageId, messageIdOf } from './parse.ts';
import { sendMail } from './smtp.ts';

/** Milliseconds that saving in the Sent folder may take after the mail has left. */
const SAVE_SENT_MS = 20_000;

/** The channel `email`. `backOff` says how soon an unreachable mailbox is tried again. */
export function createEmail(
  { mailboxes }: EmailConfig,
  deps: AdapterDeps,
  backOff?: InboxDeps['backOff'],
): IntakeChannel {
  const { clock, log, store } = deps;
  const own = mailboxes.map(({ from }) => from.address);
  const inboxes = new Map<string, ReturnType<typeof watchInbox>>();
  const saving = new Set<Promise<void>>();
  const outages = new Map<string, string>();

  /** The mailbox that the thread came to; the first one for a new thread. */
  function mailboxOf(reply: OutboundReply): MailboxConfig {
    const mailbox = mailboxes.find(({ name }) => name === reply.thread.mailbox) ?? mailboxes[0];
    if (!mailbox) throw new Error('no mailbox is configured');
    return mailbox;
  }

  /** Where the sending of a reply is noted, under the key that stands in its Message-ID. */
  function sentKey(messageId: string): string {
    return `sent/${keyOfMessageId(messageId)}`;
  }

  function keepInSent(mailbox: MailboxConfig, messageId: string, raw: Buffer): void {
    const work = saveSent(mailbox, messageId, raw, AbortSignal.timeout(SAVE_SENT_MS)).then(
      (saved) => {
        if (!saved) log.debug({ mailbox: mailbox.name }, 'mailbox has no Sent folder');
      },
      (error) =>
        log.warn(
          { mailbox: mailbox.name, error: imapErrorText(error, mailbox.imap) },
          'sent mail is not in the Sent folder',
        ),
    );
    saving.add(work);
    void work.finally(() => saving.delete(work));
  }

  return {
    id: 'email',
    idempotent: false,

    async start(receive: (message: InboundMessage) => Promise<Receipt>) {
      for (const mailbox of mailboxes)
        inboxes.set(mailbox.name, watchInbox(mailbox, { clock, log, store, own, receive, backOff }));
    },

    async stop() {
      await Promise.all([...inboxes.values()].map((inbox) => inbox.stop()));
      await Promise.all(saving);
    },

    async send(reply, signal) {
      const mailbox = mailboxOf(reply);
      const mail = await composeReply(reply, mailbox, clock.now());
      const { messageId: providerId, threadId } = mail;
      const key = sentKey(providerId);
      if (sentSchema.safeParse(await store.get(key)).data?.state === 'sent') return { providerId, threadId };
      await store.set(key, { threadId, state: 'handed' });
      try {
        await sendMail(mailbox.smtp, mail, signal);
        outages.delete(mailbox.name);
      } catch (error) {
        const code = error instanceof AppError ? error.code : '';
        // A note that stays makes the look-up answer "unknown", never wrong.
        if (code !== 'outcome_unknown') await store.delete(key).catch(() => {});
        if (code === 'mail_unreachable' || code === 'mail_signin')
          outages.set(mailbox.name, errorText(error));
        throw error;
      }
      // It has left: nothing after this may make it look as if it had not.
      await store.set(key, { threadId, state: 'sent' }).catch((error) => {
        log.warn(
          { mailbox: mailbox.name, error: errorText(error) },
          'a sent mail could not be noted as sent',
        );
      });
      keepInSent(mailbox, providerId, mail.raw);
      return { providerId, threadId };
    },

    /** Our own note first: no note, then nothing was handed over; a note without an end, then the Sent folder decides. */
    async lookup(reply, signal) {
      const mailbox = mailboxOf(reply);
      const messageId = messageIdOf(reply.key, mailbox.from.address);
      const note = sentSchema.safeParse(await store.get(sentKey(messageId))).data;
      if (!note) return 'not_sent';
      if (note.state === 'sent') return 'sent';
      // A Sent folder without it proves nothing: most servers leave it to us to save there.
      return (await findSent(mailbox, messageId, signal).catch(() => null)) ? 'sent' : 'unknown';
    },

    async health(): Promise<Health> {
      const parts = mailboxes.map(({ name, imap, smtp }) => {
        const state = inboxes.get(name)?.state();
        const reading = state?.error === null;
        const outage = outages.get(name);
        const words = [
          reading
            ? 'is being read'
            : `cannot be read${state ? ` since ${state.since.toISOString()} (${state.error})` : ''}; check ${imap.host}:${imap.port}, its user and password`,
          outage && `the last reply did not leave (${outage}); check ${smtp.host}:${smtp.port}`,
        ];
        return { ok: reading && !outage, detail: `Mailbox ${name} ${words.filter(Boolean).join('; ')}` };
      });
      return { ok: parts.every(({ ok }) => ok), detail: parts.map(({ detail }) => detail).join('. ') };
    },
  };
}
