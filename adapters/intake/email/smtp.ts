// Hands one composed mail to an SMTP server and says truly what became of it.
import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { AppError } from '../../../src/model/errors.ts';
import type { ComposedMail } from './compose.ts';
import type { MailboxConfig } from './config.ts';

/** Milliseconds. The whole of one try ends before the outbox's lease does. */
const TIMES = { connect: 10_000, greeting: 10_000, socket: 20_000, whole: 40_000 } as const;

/** A pool of connections to the mailbox's SMTP server. */
export function createSmtp({ smtp }: MailboxConfig) {
  const transport = createTransport({
    pool: true,
    maxConnections: 3,
    // The pool must never send anything again by itself.
    maxRequeues: 0,
    host: smtp.host,
    port: smtp.port,
    secure: smtp.secure,
    ...(!smtp.secure && { requireTLS: smtp.startTls === 'required', ignoreTLS: smtp.startTls === 'off' }),
    tls: { rejectUnauthorized: smtp.verify },
    ...(smtp.user && { auth: { user: smtp.user, pass: smtp.password ?? '' } }),
    connectionTimeout: TIMES.connect,
    dnsTimeout: TIMES.connect,
    greetingTimeout: TIMES.greeting,
    socketTimeout: TIMES.socket,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  return {
    /** Throws AppError: `mail_unreachable`, `mail_deferred` (retryable), `outcome_unknown`, `mail_refused`, `mail_signin` (final). */
    async send({ envelope, raw }: ComposedMail, signal: AbortSignal): Promise<void> {
      let handed = false;
      // Read only once the server has answered 354 to DATA; read to its end, the final dot follows.
      async function* body() {
        yield raw;
        handed = true;
      }
      try {
        await transport.sendMail({
          envelope,
          raw: Readable.from(body(), { objectMode: false }),
          signal: AbortSignal.any([signal, AbortSignal.timeout(TIMES.whole)]),
        });
      } catch (error) {
        throw smtpError(error, handed);
      }
    },
    /** Asks the server for a greeting and a sign-in. */
    verify: () => transport.verify(),
    close: () => transport.close({ force: true }),
  };
}

const failureSchema = z.object({
  code: z.string().optional().catch(undefined),
  response: z.string().optional().catch(undefined),
  responseCode: z.number().optional().catch(undefined),
  message: z.string().catch(''),
});

/**
 * What a failed try means (RFC 5321, section 4.2.1): the server's 4xx is for now, its 5xx for good; silence after the
 * whole mail was handed over leaves the outcome open; anything before that means nothing left.
 */
export function smtpError(error: unknown, handed: boolean): AppError {
  const { code, response, responseCode, message } = failureSchema.parse(error);
  const words = response || message;
  if (code === 'EAUTH')
    return new AppError('mail_signin', `The mail server did not let us sign in: ${words}`, { cause: error });
  if (responseCode && responseCode >= 500)
    return new AppError('mail_refused', `The mail server refused: ${words}`, { cause: error });
  if (responseCode && responseCode >= 400)
    return new AppError('mail_deferred', `The mail server says not now: ${words}`, {
      retryable: true,
      cause: error,
    });
  if (handed)
    return new AppError(
      'outcome_unknown',
      `The mail server took the mail but did not confirm it (${words})`,
      {
        cause: error,
      },
    );
  if (code === 'EENVELOPE' || code === 'EMESSAGE')
    return new AppError('mail_refused', `The mail cannot be sent: ${words}`, { cause: error });
  return new AppError('mail_unreachable', `The mail server cannot be reached: ${words}`, {
    retryable: true,
    cause: error,
  });
}
