/** Keys and signatures as partners hand them out. */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';

/** A key of a partner. Certificates end; bare keys do not. */
export interface PartnerKey {
  key: KeyObject;
  expiresAt: Date | null;
}

/** @param text PEM, or the bare base64 of PKCS#8 or PKCS#1 that the partners' key tools write @throws {Error} it is no private key */
export function privateKeyOf(text: string): KeyObject {
  if (text.includes('-----BEGIN')) return createPrivateKey(text);
  const key = Buffer.from(text, 'base64');
  try {
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } catch {
    return createPrivateKey({ key, format: 'der', type: 'pkcs1' });
  }
}

/** @param text PEM of a certificate or of a public key, or the key's bare base64 @throws {Error} it is neither */
export function publicKeyOf(text: string): PartnerKey {
  if (text.includes('BEGIN CERTIFICATE')) {
    const certificate = new X509Certificate(text);
    return { key: certificate.publicKey, expiresAt: certificate.validToDate };
  }
  const pem = text.includes('-----BEGIN') ? text : { key: Buffer.from(text, 'base64'), format: 'der' as const, type: 'spki' as const };
  return { key: createPublicKey(pem), expiresAt: null };
}

/**
 * Whether a text is base64 in the one form that encoders write. Decoders overlook strange characters and unused bits, so a changed
 * signature could pass as another one.
 */
export const isCanonicalBase64 = (text: string): boolean => text !== '' && Buffer.from(text, 'base64').toString('base64') === text;
