// How Microsoft signs what it posts to bots, and how bots sign in: a local OpenID document, keys and tokens.
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** One pair for all tests of a file: making one takes a while. */
const PAIR = generateKeyPairSync('rsa', { modulusLength: 2048 });
const STRANGE = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY_ID = 'teams-double';

export const ISSUER = 'https://api.botframework.example';

/** The keys as `jwks_uri` serves them. */
export function jwks() {
  const { n, e } = PAIR.publicKey.export({ format: 'jwk' });
  return { keys: [{ kty: 'RSA', use: 'sig', kid: KEY_ID, n, e, endorsements: ['msteams'] }] };
}

export interface Claims {
  iss?: string;
  aud?: string;
  serviceurl?: string;
  /** Seconds from now. */
  expiresIn?: number;
  key?: 'ours' | 'strange' | 'none';
}

/** A token of the Bot Framework for one activity. */
export function botFrameworkToken(claims: Claims): string {
  const now = Math.floor(Date.now() / 1_000);
  const { expiresIn = 3_600, key = 'ours', iss = ISSUER, aud, serviceurl } = claims;
  const header = { alg: key === 'none' ? 'none' : 'RS256', typ: 'JWT', kid: KEY_ID };
  const payload = { iss, aud, serviceurl, nbf: now + Math.min(0, expiresIn) - 60, exp: now + expiresIn };
  const head = [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${head}.${key === 'none' ? '' : sign(head, key === 'ours' ? PAIR.privateKey : STRANGE.privateKey)}`;
}

function sign(text: string, key: KeyObject): string {
  return createSign('RSA-SHA256').update(text).sign(key, 'base64url');
}
