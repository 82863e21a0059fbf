// A private instance of Debian's dovecot: real IMAP on a free port, mail in a temporary folder.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { findTool } from './tools.ts';

const PROGRAM = findTool('dovecot');
/** Its clients hear at once that it stops; itself it would take up to six seconds. */
const GRACE_MS = 300;

/** Why tests that need dovecot are skipped; null when it is there. */
export const DOVECOT_MISSING = PROGRAM ? null : 'dovecot is not installed (apt-get install dovecot-imapd)';

export interface Dovecot {
  port: number;
  /** Where `imaps` is spoken; 0 without a certificate. */
  tlsPort: number;
  /** `imap://…` for a user; the user exists from now on. */
  url(user: string): string;
  /** Puts a mail into a user's INBOX the way a delivery agent does, also while the server is down. */
  deliver(user: string, raw: string | Uint8Array): void;
  /** Forgets the UIDs of a user's INBOX, as after a restore: mails get new ones under a new UIDVALIDITY. */
  renumber(user: string): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops and removes everything. */
  remove(): Promise<void>;
}

/** A certificate with its key, both PEM. */
interface Identity {
  cert: string;
  key: string;
}

/** Makes a certificate that vouches for itself, for as many names as given (`DNS:…`, `IP:…`). */
export function selfSigned(names: string[]): Identity {
  const folder = mkdtempSync(join(tmpdir(), 'deskhand-cert-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=deskhand test', '-addext', `subjectAltName=${names.join(',')}`];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const identity = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  rmSync(folder, { recursive: true });
  return identity;
}

/**
 * Starts dovecot; every user's password is `secret`, every user has a Sent folder. With `tls` it lets nobody in
 * unencrypted: by STARTTLS on `port`, or from the first byte on `tlsPort`.
 */
export async function createDovecot(tls?: Identity): Promise<Dovecot> {
  if (!PROGRAM) throw new Error(DOVECOT_MISSING ?? '');
  const program = PROGRAM;
  const root = mkdtempSync(join(tmpdir(), 'deskhand-dovecot-'));
  const owner = process.getuid?.() === 0 ? idsOf('nobody') : null;
  const port = await freePort();
  const config = join(root, 'dovecot.conf');
  writeFileSync(join(root, 'passwd'), '');
  const tlsPort = tls ? await freePort() : 0;
  for (const part of ['cert', 'key'] as const) if (tls) writeFileSync(join(root, `${part}.pem`), tls[part]);
  writeFileSync(config, configuration(root, { imap: port, imaps: tlsPort }, owner));
  execFileSync('chmod', ['-R', 'a+rX', root]);
  for (const folder of ['mail', 'home']) makeOwned(join(root, folder), owner);

  const users = new Set<string>();
  let child: ChildProcess | null = null;
  let delivered = 0;

  function folderOf(user: string): string {
    const folder = join(root, 'mail', user);
    if (!users.has(user)) {
      users.add(user);
      for (const part of ['', 'tmp', 'new', 'cur']) makeOwned(join(folder, part), owner);
      writeFileSync(join(root, 'passwd'), [...users].map((name) => `${name}:{PLAIN}secret\n`).join(''));
    }
    return folder;
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null) return;
    const sessions = childrenOf(running.pid);
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    const patience = setTimeout(() => running.kill('SIGKILL'), GRACE_MS);
    await ended;
    clearTimeout(patience);
    // Whoever is connected would hold on to the line for ten seconds more.
    for (const pid of sessions) endSession(pid);
  }

  const server: Dovecot = {
    port,
    tlsPort,
    url(user) {
      folderOf(user);
      return `imap://${user}:secret@127.0.0.1:${port}`;
    },
    deliver(user, raw) {
      delivered += 1;
      const name = `${Math.floor(Date.now() / 1000)}.M${String(delivered).padStart(6, '0')}.test`;
      const folder = folderOf(user);
      writeFileSync(join(folder, 'tmp', name), raw);
      if (owner) chownSync(join(folder, 'tmp', name), owner.uid, owner.gid);
      renameSync(join(folder, 'tmp', name), join(folder, 'new', name));
    },
    renumber(user) {
      const folder = folderOf(user);
      for (const name of readdirSync(folder))
        if (/^dovecot[-.](?:uidlist|index)/.test(name)) rmSync(join(folder, name));
    },
    async start() {
      child = spawn(program, ['-F', '-c', config], { stdio: 'ignore' });
      await untilListening(port, () => {
        if (child?.exitCode !== null)
          throw new Error(`dovecot ended: ${readFileSync(join(root, 'log'), 'utf8')}`);
      });
    },
    stop: () => end('SIGTERM'),
    async remove() {
      await end('SIGKILL');
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await server.start();
  return server;
}

type Owner = { uid: number; gid: number } | null;

function configuration(root: string, ports: { imap: number; imaps: number }, owner: Owner): string {
  const uid = owner?.uid ?? process.getuid?.();
  const gid = owner?.gid ?? process.getgid?.();
  const me = owner ? '' : execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
  return `
base_dir = ${root}/run
state_dir = ${root}/state
log_path = ${root}/log
protocols = imap
listen = 127.0.0.1
${ports.imaps ? `ssl = required\nssl_cert = <${root}/cert.pem\nssl_key = <${root}/key.pem` : 'ssl = no'}
disable_plaintext_auth = ${ports.imaps ? 'yes' : 'no'}
first_valid_uid = 1
first_valid_gid = 1
auth_failure_delay = 0
maildir_stat_dirs = no
mail_location = maildir:${root}/mail/%u
${me && `default_internal_user = ${me}\ndefault_login_user = ${me}\ndefault_internal_group = ${execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()}`}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${root}/passwd
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${root}/home/%u
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = ${ports.imaps}
    ssl = yes
  }
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    auto = create
    special_use = \\Sent
  }
}
`;
}

function makeOwned(folder: string, owner: Owner): void {
  mkdirSync(folder, { recursive: true });
  if (owner) chownSync(folder, owner.uid, owner.gid);
}

/** Processes that another has started; none where Linux does not tell. */
function childrenOf(pid = 0): number[] {
  return readIfThere(`/proc/${pid}/task/${pid}/children`).split(' ').map(Number).filter(Boolean);
}

function endSession(pid: number): void {
  if (readIfThere(`/proc/${pid}/cmdline`).startsWith('dovecot/')) process.kill(pid, 'SIGKILL');
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function idsOf(user: string): Owner {
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function untilListening(port: number, check: () => void): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    check();
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`dovecot does not listen on port ${port}`);
}
