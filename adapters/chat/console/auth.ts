// Who may use the console: this machine freely, other browsers after a one-time link.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { AdapterStore, Clock, Peer } from '../../../src/ports.ts';

const DAY = 86_400_000;
/** How long a link of the bot's start waits to be used, and how long a browser stays signed in. */
const VALID = { linkMs: DAY, sessionMs: 30 * DAY };
const COOKIE = 'deskhand_console';

/** Headers that a proxy adds; with one of them "from this machine" proves nothing. */
const FORWARDING = ['forwarded', 'x-real-ip', 'via'];

const sessionSchema = z.object({ agent: z.string().nullable(), until: z.number() });
const linkSchema = z.object({
  agent: z.string().nullable(),
  until: z.number(),
  /** Where it leads. */
  path: z.string().default('/console'),
  /** It stands in a chat, where previews open links before people do. */
  inChat: z.boolean().default(false),
});
type Link = z.infer<typeof linkSchema>;

export type Access =
  /** `boundTo`: the agent this browser speaks for; null: any. */
  { ok: true; boundTo: string | null } | { ok: false; status: 401 | 403; reason: string };

export type ConsoleAuth = ReturnType<typeof createConsoleAuth>;

/** `publicUrl` is where people reach the console from elsewhere, if there is such a place. */
export function createConsoleAuth(store: AdapterStore, clock: Clock, publicUrl: string | null) {
  const publicHost = publicUrl ? new URL(publicUrl).host : null;

  /** One signing key for all replicas, made by the first that needs it. */
  async function signingKey(): Promise<string> {
    const known = await store.get('session-key');
    if (typeof known === 'string') return known;
    await store.set('session-key', randomBytes(32).toString('hex'));
    return z.string().parse(await store.get('session-key'));
  }

  async function sign(payload: string): Promise<string> {
    const mac = createHmac('sha256', await signingKey())
      .update(payload)
      .digest('base64url');
    return `${payload}.${mac}`;
  }

  async function session(request: Request): Promise<{ agent: string | null } | null> {
    const cookie = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]+)`).exec(request.headers.get('cookie') ?? '')?.[1];
    const payload = cookie?.split('.')[0];
    if (!cookie || !payload || !same(cookie, await sign(payload))) return null;
    const value = sessionSchema.safeParse(readJson(Buffer.from(payload, 'base64url').toString()));
    return value.success && value.data.until > clock.now().getTime() ? value.data : null;
  }

  /** What a token is good for, without using it; null when it is unknown, old or used. */
  async function look(token: string): Promise<Link | null> {
    const link = linkSchema.safeParse(await store.get(`sign-in/${hash(token)}`));
    return link.success && link.data.until >= clock.now().getTime() ? link.data : null;
  }

  return {
    /**
     * Decides about one request. `changing`: also the Origin must be ours, so that no other site's page can
     * act through the visitor's browser. The Host is checked always: a foreign name that was made to point
     * here (DNS rebinding) gets nothing.
     */
    async check(request: Request, peer: Peer, changing: boolean): Promise<Access> {
      const host = request.headers.get('host')?.toLowerCase() ?? '';
      const name = hostName(host);
      if (!isLocalName(name) && !isAddress(name) && host !== publicHost)
        return {
          ok: false,
          status: 403,
          reason: `The console is not served under the name ${name || '(none)'}. Set DESKHAND_PUBLIC_URL.`,
        };
      if (changing && !isOwnOrigin(request.headers.get('origin'), host, publicUrl))
        return { ok: false, status: 403, reason: 'This request did not come from the console’s own page.' };
      if (isLoopback(peer.address) && isLocalName(name) && !isForwarded(request))
        return { ok: true, boundTo: null };
      const signedIn = await session(request);
      if (signedIn) return { ok: true, boundTo: signedIn.agent };
      return {
        ok: false,
        status: 401,
        reason:
          'Sign in with the link that the bot printed at its start, or ask it for one in chat: /deskhand dashboard.',
      };
    },

    /**
     * A link that signs one browser in, once, within a day, or within so many minutes where it leads to a page of
     * its own. `agent`: an e-mail to bind that browser to.
     */
    async signInLink(
      base: string,
      agent?: string,
      visit?: { path: string; minutes: number },
    ): Promise<string> {
      const token = randomBytes(24).toString('base64url');
      const validMs = visit ? visit.minutes * 60_000 : VALID.linkMs;
      const link: Link = {
        agent: agent ?? null,
        until: clock.now().getTime() + validMs,
        path: visit?.path ?? '/console',
        inChat: visit !== undefined,
      };
      await store.set(`sign-in/${hash(token)}`, link, 2 * DAY);
      return `${base.replace(/\/$/, '')}/console/sign-in?token=${token}`;
    },

    look,

    /** The `Set-Cookie` value for a token and where it leads, or null when it is unknown, old or used. */
    async signIn(token: string, secure: boolean): Promise<{ cookie: string; path: string } | null> {
      const key = `sign-in/${hash(token)}`;
      const link = await look(token);
      if (!link) return null;
      // The sequence makes sure that of two browsers at once only one comes in.
      if ((await store.next(key)) !== 1) return null;
      await store.delete(key);
      const until = clock.now().getTime() + VALID.sessionMs;
      const payload = Buffer.from(JSON.stringify({ agent: link.agent, until })).toString('base64url');
      const flags = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${VALID.sessionMs / 1000}${secure ? '; Secure' : ''}`;
      return { cookie: `${COOKIE}=${await sign(payload)}; ${flags}`, path: link.path };
    },
  };
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `localhost:3000` -> `localhost`, `[::1]:3000` -> `::1`. */
function hostName(host: string): string {
  return /^\[([^\]]+)\]/.exec(host)?.[1] ?? host.replace(/:\d+$/, '');
}

function isLocalName(name: string): boolean {
  return (
    name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
  );
}

/** An address written out cannot be re-pointed by anybody's DNS. */
function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^[0-9a-f]*:[0-9a-f:.]*$/.test(name);
}

function isLoopback(address: string): boolean {
  const bare = address.replace(/^::ffff:/, '');
  return bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}

function isForwarded(request: Request): boolean {
  return [...request.headers.keys()].some(
    (name) => FORWARDING.includes(name.toLowerCase()) || name.toLowerCase().startsWith('x-forwarded-'),
  );
}

function isOwnOrigin(origin: string | null, host: string, publicUrl: string | null): boolean {
  if (!origin || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.host === host || (publicUrl !== null && url.origin === new URL(publicUrl).origin);
}
