// An SMTP server in this process: keeps a journal of what it took, and fails in the ways that servers fail.
import { SMTPServer } from 'smtp-server';

export interface TakenMail {
  from: string;
  to: string[];
  raw: string;
  /** Value of a header, unfolded; undefined when it is not there. */
  header(name: string): string | undefined;
}

/** What happens to the next mail: a refusal at a step, or the connection lost after the whole mail was read. */
export type MailFault =
  | { at: 'rcpt' | 'data'; code: number; words: string }
  /** The mail is kept (`taken`) or not, and the client never hears of it. */
  | { at: 'drop'; taken: boolean }
  /** The mail is kept, and then the server says nothing at all. */
  | { at: 'silence' }
  /** The connection is lost before the client may send the mail. */
  | { at: 'drop-early' };

export interface MailServer {
  port: number;
  url: string;
  /** Everything taken so far, oldest first. */
  journal: TakenMail[];
  /** Used up one per mail. */
  faults: MailFault[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * `onMail` is called for every mail that is taken, before the client is told. With `tls` it takes no mail unencrypted:
 * from the first byte (`smtps`), or after STARTTLS.
 */
export async function createMailServer(
  onMail: (mail: TakenMail) => void = () => {},
  tls?: { cert: string; key: string; secure: boolean },
): Promise<MailServer> {
  let running: SMTPServer | null = null;
  const cut = () => {
    for (const connection of running?.connections ?? []) connection._socket.destroy();
  };

  function build(): SMTPServer {
    const built = new SMTPServer({
      authOptional: true,
      ...(tls ?? { disabledCommands: ['STARTTLS'] }),
      closeTimeout: 1,
      onRcptTo(_address, session, done) {
        if (tls && !session.secure)
          return done(Object.assign(new Error('STARTTLS first'), { responseCode: 530 }));
        const fault = server.faults[0];
        if (fault?.at === 'drop-early') {
          server.faults.shift();
          return cut();
        }
        if (fault?.at !== 'rcpt') return done();
        server.faults.shift();
        done(Object.assign(new Error(fault.words), { responseCode: fault.code }));
      },
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const fault = server.faults.shift();
          if (fault?.at === 'data')
            return done(Object.assign(new Error(fault.words), { responseCode: fault.code }));
          const { mailFrom, rcptTo } = session.envelope;
          const raw = Buffer.concat(chunks).toString('latin1');
          const mail: TakenMail = {
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            raw,
            header: (name) => headerOf(raw, name),
          };
          if (fault?.at !== 'drop' || fault.taken) {
            server.journal.push(mail);
            onMail(mail);
          }
          if (fault?.at === 'drop') return cut();
          if (fault?.at === 'silence') return;
          done();
        });
      },
    });
    // A client that goes away in mid-word is what the tests are about.
    built.on('error', () => {});
    return built;
  }

  const server: MailServer = {
    port: 0,
    url: '',
    journal: [],
    faults: [],
    async start() {
      running = build();
      await new Promise<void>((resolve) => running?.listen(server.port, '127.0.0.1', resolve));
      const address = running.server.address();
      if (typeof address === 'object' && address) server.port = address.port;
      server.url = `${tls?.secure ? 'smtps' : 'smtp'}://127.0.0.1:${server.port}`;
    },
    async stop() {
      const stopping = running;
      cut();
      running = null;
      if (stopping) await new Promise<void>((resolve) => stopping.close(() => resolve()));
    },
  };
  await server.start();
  return server;
}

/** A header's value, unfolded. */
function headerOf(raw: string, name: string): string | undefined {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  const line = head.split('\r\n').find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim();
}
