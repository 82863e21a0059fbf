// Reads the articles of a website: by its sitemap, else by the links from page to page, as its robots.txt allows.
import { parseHtml, webArticle } from '../engine/html-article.ts';
import { AppError, errorText, hasCode } from '../model/errors.ts';
import type { WebPage } from '../model/web-page.ts';
import type { Clock, WebReader } from '../ports.ts';
import type { Found } from './knowledge.ts';
import { parseRobots, parseSitemap, type Robots } from './robots.ts';

const LIMITS = {
  sitemaps: 50,
  /** All pages together. */
  timeMs: 20 * 60_000,
  tries: 3,
  /** The longest wait between two pages or tries. */
  waitMs: 10_000,
  /** Pages one after the other that could not be reached: then the site is down. */
  failures: 5,
};
const NO_PAGE = /\.(?:pdf|png|jpe?g|gif|svg|webp|ico|css|js|json|xml|zip|gz|mp4|mp3|woff2?|docx?|xlsx?)$/i;

export interface SiteOptions {
  web: WebReader;
  clock: Clock;
  wait: (ms: number) => Promise<unknown>;
  /** The most pages that are read. */
  limit: number;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Articles of the pages at and below `address`, each with its address as id and source. Throws when the first page
 * cannot be read; what is wrong with others is reported. `whole` only when nothing was cut off or out of reach.
 */
export async function readSite(address: string, options: SiteOptions): Promise<Found> {
  const { web, clock, wait, limit, onProgress } = options;
  const until = clock.now().getTime() + LIMITS.timeMs;
  if (!URL.canParse(address))
    throw new AppError('bad_address', `${address} is no address; give one like https://help.example.com/`);
  const first = await reach(address);
  const start = new URL(first.url);
  const folder = start.pathname.replace(/\/[^/]*\.[^/]*$/, '').replace(/\/$/, '');
  const found: Found = {
    articles: [],
    rejected: [],
    leftOut: [],
    prefix: `${start.origin}${folder}/`,
    whole: true,
  };
  const robots = await readRobots();
  const allows = ({ pathname, search }: URL) => robots.allows(pathname + search);
  const listed = await readSitemaps();
  const queue = [...new Set([start.href, ...listed])];
  const known = new Set(queue);
  const texts = new Map<string, string>();
  const pages = new Set<string>();
  let failures = 0;

  let done = 0;
  for (; done < queue.length && done < limit; done++) {
    const url = queue[done] ?? '';
    if (clock.now().getTime() > until || failures >= LIMITS.failures) break;
    onProgress?.(done, Math.min(queue.length, limit));
    if (done > 0 && robots.delay > 0) await wait(Math.min(robots.delay * 1000, LIMITS.waitMs));
    await readPage(url);
  }
  onProgress?.(done, done);
  if (done < queue.length) {
    found.whole = false;
    const why =
      done >= limit
        ? `the limit is ${limit}; --limit reads more`
        : failures
          ? 'the site stopped answering'
          : 'the time was up';
    found.leftOut.push(`${queue.length - done} more pages: ${why}`);
  }
  // A site that shows nothing any more is broken rather than emptied.
  if (found.rejected.length > 0 || found.articles.length === 0) found.whole = false;
  return found;

  async function readPage(url: string): Promise<void> {
    const leave = (reason: string) => void found.leftOut.push(`${url}: ${reason}`);
    if (!allows(new URL(url))) return leave('robots.txt does not allow it');
    try {
      const page = url === start.href ? first : await reach(url);
      failures = 0;
      if (!inside(page.url)) return leave(`it leads to ${page.url}`);
      if (!allows(new URL(page.url)))
        return leave(`it leads to ${page.url}, which robots.txt does not allow`);
      if (!/html/.test(page.type)) return leave(`it is ${page.type || 'of no known type'}, not a page`);
      const read = parseHtml(page.text, page.url);
      if (listed.length === 0) for (const link of read.links) follow(link);
      const id = read.canonical && inside(read.canonical) ? read.canonical : page.url;
      if (pages.has(id)) return;
      if (read.hidden) return leave('it asks not to be indexed');
      if (read.empty) return leave(read.empty);
      const same = texts.get(read.body);
      if (same) return leave(`the same text as ${same}`);
      pages.add(id);
      texts.set(read.body, id);
      const { body, language } = read;
      found.articles.push(webArticle({ id, title: read.title || id, url: id, language, body }));
    } catch (error) {
      if (hasCode(error, 'not_found')) return leave(error.message);
      if (error instanceof AppError && error.retryable) failures++;
      found.rejected.push(`${url}: ${errorText(error)}`);
    }
  }

  function follow(link: string): void {
    if (known.has(link) || !inside(link) || NO_PAGE.test(new URL(link).pathname)) return;
    known.add(link);
    queue.push(link);
  }

  function inside(url: string): boolean {
    const { origin, pathname } = new URL(url);
    return origin === start.origin && (pathname === folder || pathname.startsWith(`${folder}/`));
  }

  /** As RFC 9309 has it: without the file all is allowed; while it cannot be reached nothing is. */
  async function readRobots(): Promise<Robots> {
    try {
      return parseRobots((await reach(new URL('/robots.txt', start).href)).text, 'deskhand');
    } catch (error) {
      if (hasCode(error, 'not_found', 'page_refused')) return parseRobots('', 'deskhand');
      throw new AppError(
        'page_unreachable',
        `${start.origin}/robots.txt: ${errorText(error)}; try again later.`,
      );
    }
  }

  /** Pages of the site's sitemaps; none where it has none. */
  async function readSitemaps(): Promise<string[]> {
    const named = robots.sitemaps.length > 0 ? robots.sitemaps : ['/sitemap.xml'];
    const maps = new Set(
      named.filter((map) => URL.canParse(map, start)).map((map) => new URL(map, start).href),
    );
    const addresses = new Set<string>();
    let read = 0;
    for (const map of maps) {
      if (++read > LIMITS.sitemaps || clock.now().getTime() > until) break;
      // A sitemap elsewhere is nobody's business here.
      if (new URL(map).origin !== start.origin) continue;
      const text = await reach(map).catch((error: unknown) => {
        if (robots.sitemaps.length > 0) found.rejected.push(`${map}: ${errorText(error)}`);
      });
      const { index, addresses: given } = parseSitemap(text?.text ?? '');
      for (const one of given.filter((one) => URL.canParse(one))) {
        const url = new URL(one);
        url.hash = '';
        if (index) maps.add(url.href);
        else if (inside(url.href) && !NO_PAGE.test(url.pathname)) addresses.add(url.href);
      }
    }
    return [...addresses];
  }

  async function reach(url: string): Promise<WebPage> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await web.read(url);
      } catch (error) {
        if (!(error instanceof AppError && error.retryable) || attempt === LIMITS.tries) throw error;
        await wait(Math.min(error.retryAfterMs ?? 1000 * attempt, LIMITS.waitMs));
      }
    }
  }
}
