// Reads what an SMTP server took, for assertions.

/** The plain text of a single-part mail. */
export function textOf(raw: string): string {
  const split = raw.indexOf('\r\n\r\n');
  const head = raw.slice(0, split).toLowerCase();
  const body = raw.slice(split + 4);
  if (head.includes('content-transfer-encoding: base64'))
    return Buffer.from(body, 'base64').toString('utf8').trim();
  if (!head.includes('content-transfer-encoding: quoted-printable')) return body.trim();
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8').trim();
}
