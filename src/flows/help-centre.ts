// Reads exports of help centres: the articles JSON of Zendesk and of Intercom.
import { z } from 'zod';
import { languageOf, parseHtml, webArticle } from '../engine/html-article.ts';
import { AppError, errorText } from '../model/errors.ts';
import type { Found } from './knowledge.ts';

const id = z.union([z.string(), z.number()]).transform(String);
const address = z.url({ protocol: /^https?$/ }).nullish();

/** https://developer.zendesk.com/api-reference/help_center/help-center-api/articles/ */
const zendeskArticle = z
  .object({
    id,
    title: z.string(),
    body: z.string().nullish(),
    html_url: address,
    locale: z.string().default('en'),
    draft: z.boolean().default(false),
    user_segment_id: z.number().nullish(),
  })
  .transform((one) => ({
    id: `${one.locale}/${one.id}`,
    title: one.title,
    body: one.body ?? '',
    url: one.html_url ?? null,
    locale: one.locale,
    closed: one.draft ? 'a draft' : one.user_segment_id ? 'only some readers may see it' : null,
  }));

const intercomText = z.object({
  title: z.string(),
  body: z.string().nullish(),
  url: address,
  state: z.string().default('published'),
});
/** https://developers.intercom.com/docs/references/rest-api/api.intercom.io/articles: one text for each language. */
const intercomArticle = intercomText
  .extend({
    id,
    default_locale: z.string().default('en'),
    translated_content: z.record(z.string(), z.unknown()).nullish(),
  })
  .transform((one) => {
    const others = Object.entries(one.translated_content ?? {}).flatMap(([locale, given]) => {
      const text = intercomText.safeParse(given);
      return text.success && locale !== one.default_locale ? [{ locale, ...text.data }] : [];
    });
    return [{ locale: one.default_locale, ...one }, ...others].map((text) => ({
      id: `${text.locale}/${one.id}`,
      title: text.title,
      body: text.body ?? '',
      url: text.url ?? null,
      locale: text.locale,
      closed: text.state === 'published' ? null : 'a draft',
    }));
  });

const exportSchema = z.union([
  z.object({ articles: z.array(z.unknown()), next_page: z.string().nullish() }),
  z.object({
    data: z.array(z.unknown()),
    pages: z.object({ page: z.number(), total_pages: z.number() }).partial().nullish(),
  }),
]);

/** Articles of an export, their ids beginning with `prefix`; a file that is no export throws `bad_export`. */
export function parseHelpCentre(prefix: string, text: string): Found {
  const given = exportSchema.safeParse(jsonOf(text));
  if (!given.success)
    throw new AppError(
      'bad_export',
      'the file is no export of a help centre; give the JSON of Zendesk ({"articles": […]}) or Intercom ({"data": […]}).',
    );
  const found: Found = { articles: [], rejected: [], leftOut: [], prefix, whole: true };
  const isZendesk = 'articles' in given.data;
  const [rows, more] =
    'articles' in given.data
      ? [given.data.articles, Boolean(given.data.next_page)]
      : [given.data.data, (given.data.pages?.total_pages ?? 1) > 1];
  if (more) found.leftOut.push('the other pages of the export: this file is one of several, import each');
  for (const [index, row] of rows.entries()) {
    const parsed = isZendesk
      ? zendeskArticle.transform((one) => [one]).safeParse(row)
      : intercomArticle.safeParse(row);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      found.rejected.push(`article ${index + 1}: ${issue?.path.join('.')}: ${issue?.message}`);
      continue;
    }
    for (const one of parsed.data) {
      const name = `${one.title} (${one.id})`;
      try {
        const { body } = parseHtml(one.body, one.url);
        const reason = one.closed ?? (body ? null : 'it has no text');
        if (reason) found.leftOut.push(`${name}: ${reason}`);
        else
          found.articles.push(
            webArticle({
              id: `${prefix}${one.id}`,
              title: one.title,
              url: one.url,
              language: languageOf(one.locale),
              body,
            }),
          );
      } catch (error) {
        found.rejected.push(`${name}: ${errorText(error)}`);
      }
    }
  }
  return found;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new AppError('bad_export', `the file is not JSON: ${errorText(error)}`);
  }
}
