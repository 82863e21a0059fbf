// Hands one composed mail to an SMTP server and says truly what became of it.
import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { z } from 'zod';
import { AppError } from '../../../src/model/errors.ts';
import type { ComposedMail } from './compose.ts';
import type { MailServer } from './config.ts';
import { certificateFault, tlsOptions } from './tls.ts';

/** Milliseconds. The whole of one try ends before the outbox's lease does. */
const TIMES = { connect: 10_000, greeting: 10_000, socket: 20_000, whole: 40_000 } as const;
const PIECE = 64 * 1024;

/**
 * Sends one mail on a connection of its own, so that every failure is this mail's. Throws AppError:
 * `mail_unreachable`, `mail_deferred` (retryable), `outcome_unknown`, `mail_refused`, `mail_signin` (final).
 */
export async function sendMail(server: MailServer, { envelope, raw }: ComposedMail, signal: AbortSignal) {
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.secure,
    requireTLS: !server.secure && server.startTls === 'required',
    ignoreTLS: server.startTls === 'off',
    tls: tlsOptions(server),
    connectionTimeout: TIMES.connect,
    dnsTimeout: TIMES.connect,
    greetingTimeout: TIMES.greeting,
    socketTimeout: TIMES.socket,
  });
  let greeted = false;
  let handed = false;
  // Read only after the server has answered DATA with 354; once it is read to its end, the final dot follows.
  async function* body() {
    for (let at = 0; at < raw.length; at += PIECE) yield raw.subarray(at, at + PIECE);
    handed = true;
  }
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMES.whole)]);
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => {});
  const abort = () => reject(new Error(signal.aborted ? 'sending was stopped' : 'it took too long'));
  connection.once('error', reject);
  connection.once('end', () => reject(new Error('the connection was closed')));
  limit.addEventListener('abort', abort, { once: true });
  const step = (run: (done: (error?: Error | null) => void) => void) =>
    Promise.race([
      broken,
      new Promise<void>((resolve, fail) => run((error) => (error ? fail(error) : resolve()))),
    ]);
  try {
    limit.throwIfAborted();
    await step((done) => connection.connect(done));
    greeted = true;
    const { user, password = '' } = server;
    if (user && connection.allowsAuth)
      await step((done) => connection.login({ user, credentials: { user, pass: password } }, done));
    await step((done) => connection.send(envelope, Readable.from(body(), { objectMode: false }), done));
  } catch (error) {
    throw smtpError(error, handed, certificateFault(error, server));
  } finally {
    limit.removeEventListener('abort', abort);
    connection.on('error', () => {});
    if (greeted) connection.quit();
    connection.close();
  }
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
export function smtpError(error: unknown, handed: boolean, certificate: string | null = null): AppError {
  const { code, response, responseCode, message } = failureSchema.parse(error);
  const words = certificate ?? (response || message);
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
