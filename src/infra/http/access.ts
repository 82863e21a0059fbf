// Who may ask: the API's bearer token, and requests that surely come from this machine.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Peer } from '../../ports.ts';
import { problem } from './answer.ts';

/** Tells whether a request bears the token; takes the same time for every wrong one. */
export function createBearerCheck(token: string): (request: Request) => boolean {
  const expected = digest(token);
  return (request) => {
    const given = /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1];
    return given !== undefined && timingSafeEqual(digest(given), expected);
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The answer to a request that may not have what it asks for. */
export function unauthorized(): Response {
  return problem(
    401,
    'unauthorized',
    'This needs the header "Authorization: Bearer …" with the value of DESKHAND_API_TOKEN.',
    { headers: { 'www-authenticate': 'Bearer realm="deskhand"' } },
  );
}

/**
 * True for a program on this machine that asks directly: no forwarding header (a proxy on this machine may
 * speak for anybody) and no foreign name in Host (DNS rebinding makes browsers ask so).
 */
export function isLocal(request: Request, peer: Peer): boolean {
  const { hostname } = new URL(request.url);
  return (
    /^(::ffff:)?127(\.\d{1,3}){3}$|^::1$/.test(peer.address) &&
    /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/.test(hostname) &&
    ![...request.headers.keys()].some((name) => /^(forwarded|via|x-real-ip|x-forwarded-.*)$/.test(name))
  );
}
