// How mail servers prove who they are: which certificates are trusted, and what a refused one means.
import { readFileSync } from 'node:fs';
import { type ConnectionOptions, getCACertificates } from 'node:tls';
import { z } from 'zod';
import type { MailServer } from './config.ts';

/** TLS options of a connection: certificates of `MAIL_CA` count beside the public ones. */
export function tlsOptions({ verify, ca }: MailServer): ConnectionOptions {
  return {
    rejectUnauthorized: verify,
    ...(ca !== undefined && { ca: [...getCACertificates('default'), ca] }),
  };
}

/** The PEM file that `MAIL_CA` names, or null when it is none. */
export function readCertificates(file: string): string | null {
  try {
    const pem = readFileSync(file, 'utf8');
    return pem.includes('-----BEGIN CERTIFICATE-----') ? pem : null;
  } catch {
    return null;
  }
}

/** OpenSSL's and Node's codes, in words. */
const FAULTS: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its issuer is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its issuer is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'its issuer is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its issuer is not known here',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
};

const codeSchema = z.object({
  code: z.string().optional().catch(undefined),
  /** nodemailer keeps the first code here when it puts its own in its place. */
  originalCode: z.string().optional().catch(undefined),
});

/** What is wrong with a server's certificate and what helps; null when the error is about something else. */
export function certificateFault(error: unknown, { host, port }: MailServer): string | null {
  const { code, originalCode } = codeSchema.safeParse(error).data ?? {};
  const fault = FAULTS[originalCode ?? ''] ?? FAULTS[code ?? ''];
  if (!fault) return null;
  const helps = /issuer|itself/.test(fault)
    ? 'if it is your own, name the file of its certificate authority (PEM) in MAIL_CA'
    : 'renew it, or use the name that it is for';
  return `the certificate of ${host}:${port} is not trusted: ${fault}; ${helps}`;
}
