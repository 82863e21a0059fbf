// The e-mail channel keeps the promises of an intake channel, against a real dovecot and an SMTP server.
import { describe, it } from 'vitest';
import { emailConfig } from '../../../adapters/intake/email/config.ts';
import { createEmail } from '../../../adapters/intake/email/index.ts';
import { intakeChannelContract, type Written } from '../../contracts/intake-channel.ts';
import { adapterDeps, createMemoryStore } from '../../support/adapter-memory.ts';
import { createDovecot, DOVECOT_MISSING } from '../../support/dovecot.ts';
import { createMailServer } from '../../support/mail-server.ts';
import { textOf } from './mails.ts';

function written({ id, text, answers }: Written): string {
  return [
    'From: Ana <ana@customer.example>',
    'To: support@desk.example',
    'Subject: Invoice',
    `Message-ID: <${id}@customer.example>`,
    ...(answers ? [`References: <${answers}@customer.example>`] : []),
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
    '',
  ].join('\r\n');
}

if (DOVECOT_MISSING) describe('intake channel: email', () => void it.skip(DOVECOT_MISSING ?? ''));
else
  intakeChannelContract('email', {
    pulls: true,
    async build() {
      const dovecot = await createDovecot();
      const smtp = await createMailServer();
      const store = createMemoryStore();
      return {
        create() {
          const env = {
            IMAP_URL: dovecot.url('support'),
            SMTP_URL: smtp.url,
            MAIL_FROM: 'support@desk.example',
          };
          const config = emailConfig.parse({ env, yaml: {} });
          if (!config) throw new Error('not configured');
          return createEmail(config, adapterDeps({ store }), { first: 20, most: 200 });
        },
        deliver: (_channel, message) => dovecot.deliver('support', written(message)),
        deliverGarbage: () =>
          dovecot.deliver('support', Buffer.from([0, 255, 13, 10, 0, 200, 13, 10, 13, 10, 61, 61])),
        farEnd: () =>
          smtp.journal.map((mail) => ({ key: mail.header('x-deskhand-key') ?? '', text: textOf(mail.raw) })),
        outage: {
          begin: async () => void (await Promise.all([dovecot.stop(), smtp.stop()])),
          end: async () => void (await Promise.all([dovecot.start(), smtp.start()])),
        },
        fault(kind) {
          if (kind === 'not now') smtp.faults.push({ at: 'data', code: 451, words: '4.3.0 try again later' });
          else if (kind === 'never') smtp.faults.push({ at: 'rcpt', code: 550, words: '5.1.1 no such user' });
          else if (kind === 'lost before') smtp.faults.push({ at: 'drop-early' });
          else smtp.faults.push({ at: 'drop', taken: true });
        },
        async remove() {
          await Promise.all([dovecot.remove(), smtp.stop()]);
        },
      };
    },
  });
