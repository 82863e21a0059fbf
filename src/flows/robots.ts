// What a site's robots.txt and sitemaps say (RFC 9309, sitemaps.org): pure readings of their text.

export interface Robots {
  /** Whether a path with its query may be read. */
  allows(path: string): boolean;
  /** Addresses of sitemaps, as written. */
  sitemaps: string[];
  /** Seconds between two pages that the site asks for. */
  delay: number;
}

/** Reads robots.txt for the agent named `product`: its own groups, else those for everybody. */
export function parseRobots(text: string, product: string): Robots {
  const groups = new Map<string, { rules: { allow: boolean; path: string }[]; delay: number }>();
  const sitemaps: string[] = [];
  let agents: string[] = [];
  let listing = false;
  for (const line of text.slice(0, 500_000).split(/\r\n?|\n/)) {
    const [, key = '', said = ''] = /^\s*([\w-]+)\s*:([^#]*)/.exec(line) ?? [];
    const name = key.toLowerCase();
    const value = said.trim();
    if (name === 'sitemap') sitemaps.push(value);
    if (name === 'user-agent') {
      if (!listing) agents = [];
      agents.push(value.toLowerCase());
      listing = true;
    } else if (name === 'allow' || name === 'disallow' || name === 'crawl-delay') {
      listing = false;
      for (const agent of agents) {
        const group = groups.get(agent) ?? { rules: [], delay: 0 };
        groups.set(agent, group);
        if (name === 'crawl-delay') group.delay = Number(value) || 0;
        else if (value) group.rules.push({ allow: name === 'allow', path: value });
      }
    }
  }
  const mine = groups.get(product) ?? groups.get('*') ?? { rules: [], delay: 0 };
  // The longest rule that fits counts; of two as long the one that allows.
  const rules = mine.rules.toSorted(
    (a, b) => b.path.length - a.path.length || Number(b.allow) - Number(a.allow),
  );
  return {
    allows: (path) => rules.find((rule) => fits(rule.path, path))?.allow ?? true,
    sitemaps,
    delay: mine.delay,
  };
}

/** `*` stands for anything, `$` for the end. Linear: each piece is looked for once, from where the last one ended. */
function fits(pattern: string, path: string): boolean {
  const ends = pattern.endsWith('$');
  const [first = '', ...pieces] = (ends ? pattern.slice(0, -1) : pattern).split('*');
  if (!path.startsWith(first)) return false;
  let at = first.length;
  for (const [index, piece] of pieces.entries()) {
    const last = ends && index === pieces.length - 1;
    const found = last ? path.length - piece.length : path.indexOf(piece, at);
    if (found < at || (last && !path.endsWith(piece))) return false;
    at = found + piece.length;
  }
  return !ends || pieces.length > 0 || at === path.length;
}

/** Addresses of a sitemap or of an index of sitemaps. */
export function parseSitemap(xml: string): { index: boolean; addresses: string[] } {
  const found = xml.matchAll(/<loc>\s*(?:<!\[CDATA\[\s*)?([^<\]\s]+)/gi);
  return {
    index: /<sitemapindex[\s>]/i.test(xml),
    addresses: [...found].map(([, address = '']) => address.replaceAll('&amp;', '&')),
  };
}
