// Characters and addresses for words that may hold anything.
import fc from 'fast-check';

const SURROGATES = { first: 0xd800, count: 0x800 };
const LAST = 0x10ffff;

/** Any one character of Unicode: what fast-check calls `binary`, without the two seconds that its own takes to make. */
export const anyCharacter: fc.Arbitrary<string> = fc.nat({ max: LAST - SURROGATES.count }).map(
  (number) => String.fromCodePoint(number < SURROGATES.first ? number : number + SURROGATES.count),
  // For shrinking, and for strings such as __proto__ that fast-check likes to try.
  (character) => {
    const code = typeof character === 'string' ? character.codePointAt(0) : undefined;
    if (code === undefined || character !== String.fromCodePoint(code)) throw new Error('not one character');
    return code < SURROGATES.first ? code : code - SURROGATES.count;
  },
);

/** What a path may hold as it is. https://www.rfc-editor.org/rfc/rfc3986#section-3.3 */
const PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@";
const inPath = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...PLAIN) },
  { weight: 1, arbitrary: anyCharacter.map(encodeURIComponent) },
);

/** An address of the web: fast-check's `webUrl`, which takes as long to make. */
export const anyUrl: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('http', 'https'),
    fc.webAuthority(),
    fc.array(fc.string({ unit: inPath }), { maxLength: 5 }),
  )
  .map(([scheme, host, parts]) => `${scheme}://${[host, ...parts].join('/')}`);
