// What the figures of a digest lead to, and its pictures.
import type { Block } from '../model/card.ts';
import type { Drill } from '../model/dashboard.ts';
import type { Digest } from '../model/digest.ts';
import { type ChartName, digestCharts } from './digest-charts.ts';

export interface DigestLook {
  /** Charts that could be drawn, as PNG. */
  pictures: Partial<Record<ChartName, Uint8Array>>;
  /** Where the dashboard is, without a slash at the end. */
  publicUrl: string;
}

/** The tickets behind a figure, or a company on the dashboard's page about them. */
export type Behind = Drill | { page: 'signals'; account: string };

/** Opens on the dashboard, for the days of the digest, what is behind a figure. */
export function linkTo(behind: Behind, { period }: Digest, { publicUrl }: DigestLook): string {
  return `${publicUrl}/dashboard?${new URLSearchParams({ from: period.first, to: period.last, ...behind })}`;
}

/** The picture of this name, where it could be drawn. */
export function pictureOf(name: ChartName, digest: Digest, { pictures }: DigestLook): Block[] {
  const spec = digestCharts(digest)[name];
  const png = pictures[name];
  return spec && png ? [{ type: 'chart', title: spec.title, alt: spec.alt, png }] : [];
}
