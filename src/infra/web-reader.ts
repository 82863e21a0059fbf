// Reads pages of the public web: http and https only, never a private address, within time and size.
import { lookup as resolve } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { AppError, errorText } from '../model/errors.ts';
import type { WebPage } from '../model/web-page.ts';
import type { WebReader } from '../ports.ts';

const LIMITS = { redirects: 5, bytes: 5_000_000, timeMs: 20_000 };

/** IANA's special-purpose registries for IPv4; of IPv6 only global unicast is public, without the tunnels in it. */
const SPECIAL = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  SPECIAL.addSubnet(net, bits);
SPECIAL.addSubnet('2001::', 23, 'ipv6');
SPECIAL.addSubnet('2001:db8::', 32, 'ipv6');
SPECIAL.addSubnet('2002::', 16, 'ipv6');
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');

/** Whether an address belongs to the public internet. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !SPECIAL.check(address, 'ipv4');
  return isIP(address) === 6 && GLOBAL.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
}

interface WebReaderOptions {
  /** Names the reader to the sites. */
  userAgent: string;
  /** Private and loopback addresses as well: an intranet, a test. */
  allowPrivate: boolean;
}

/**
 * Follows redirects, each checked like the first address. The addresses that a name resolves to are checked in the
 * look-up that the connection itself uses, so a name that changes its mind in between gains nothing. Throws
 * `bad_address`, `private_address`, `not_found`, `page_too_large`, `page_refused` (status 4xx), and retryable
 * `page_unreachable`.
 */
export function createWebReader({ userAgent, allowPrivate }: WebReaderOptions): WebReader {
  const lookup: LookupFunction = (hostname, options, done) =>
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const refused = found?.find(({ address }) => !allowPrivate && !isPublicAddress(address));
      const [first] = found ?? [];
      if (error) done(error, '', 0);
      else if (refused || !first) done(privateAddress(hostname), '', 0);
      else if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });

  async function read(address: string): Promise<WebPage> {
    let url = address;
    for (let hop = 0; hop <= LIMITS.redirects; hop++) {
      const answer = await get(url);
      if (!('location' in answer)) return answer;
      url = answer.location;
    }
    throw new AppError('page_refused', `it redirects more than ${LIMITS.redirects} times`);
  }

  function get(address: string): Promise<WebPage | { location: string }> {
    const url = new URL(address);
    if (!/^https?:$/.test(url.protocol) || url.username || url.password)
      throw new AppError('bad_address', `${url.protocol}// or a password is not read; give http or https`);
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) && !allowPrivate && !isPublicAddress(literal)) throw privateAddress(literal);
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = { 'user-agent': userAgent, accept: 'text/html, */*;q=0.5', 'accept-encoding': 'gzip' };
    return new Promise((done, fail) => {
      const signal = AbortSignal.timeout(LIMITS.timeMs);
      const lost = (error: unknown) =>
        fail(
          error instanceof AppError
            ? error
            : signal.aborted
              ? new AppError('page_unreachable', `no answer in ${LIMITS.timeMs / 1000} s`, {
                  retryable: true,
                })
              : new AppError('page_unreachable', errorText(error), { retryable: true, cause: error }),
        );
      const sent = request(url, { headers, lookup, signal }, (response) => {
        const { statusCode: status = 0, headers: given } = response;
        if (status >= 300 && status < 400 && given.location && URL.canParse(given.location, url)) {
          response.destroy();
          return done({ location: new URL(given.location, url).href });
        }
        if (status !== 200) {
          response.destroy();
          return fail(refusal(status, given['retry-after']));
        }
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes > LIMITS.bytes) response.destroy(tooLarge());
        });
        response.on('error', lost);
        response.on('end', () => {
          try {
            const whole = unpack(Buffer.concat(chunks), given['content-encoding'], url.pathname);
            const [type = '', charset] = (given['content-type'] ?? '').toLowerCase().split(/;\s*charset=/);
            done({ url: url.href, type: type.trim(), text: decode(whole, charset) });
          } catch (error) {
            lost(error);
          }
        });
      });
      sent.on('error', lost);
      sent.end();
    });
  }

  return { read };
}

function refusal(status: number, retryAfter: string | undefined): AppError {
  if (status === 404 || status === 410) return new AppError('not_found', `it is not there (${status})`);
  const retryable = status === 429 || status >= 500;
  const seconds = Number(retryAfter);
  return new AppError(retryable ? 'page_unreachable' : 'page_refused', `the server answered ${status}`, {
    retryable,
    retryAfterMs: seconds > 0 ? seconds * 1000 : undefined,
  });
}

function unpack(bytes: Buffer, encoding: string | undefined, path: string): Buffer {
  const bound = { maxOutputLength: LIMITS.bytes };
  try {
    if (encoding === 'br') return brotliDecompressSync(bytes, bound);
    if (encoding === 'deflate') return inflateSync(bytes, bound);
    return encoding === 'gzip' || (path.endsWith('.gz') && bytes[0] === 0x1f)
      ? gunzipSync(bytes, bound)
      : bytes;
  } catch (error) {
    throw error instanceof RangeError ? tooLarge() : error;
  }
}

/** Unknown character sets are read as UTF-8. */
function decode(bytes: Buffer, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset.replaceAll('"', '').trim()).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

const tooLarge = () => new AppError('page_too_large', `it is larger than ${LIMITS.bytes / 1e6} MB`);
const privateAddress = (host: string) =>
  new AppError('private_address', `${host} is in a private network; --allow-private reads it all the same`);
