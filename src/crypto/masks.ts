/** What lists, logs and exports show of personal data (requirement SEC-02). */

/** First 3 digits, four stars, from the 8th on; under 7 characters unchanged. */
export const maskPhone = (phone: string): string => (phone.length < 7 ? phone : `${phone.slice(0, 3)}****${phone.slice(7)}`);

/** First 6 characters, eight stars, from the 15th on; under 15 characters unchanged. */
export const maskIdNumber = (id: string): string => (id.length < 15 ? id : `${id.slice(0, 6)}********${id.slice(14)}`);

/** One character: a star; two: the first; more: first and last. */
export function maskName(name: string): string {
  const letters = Array.from(name);
  const [first = ''] = letters;
  if (letters.length <= 1) return '*';
  return letters.length === 2 ? `${first}*` : `${first}*${letters.at(-1) ?? ''}`;
}

/** First letter of the local part, and the domain. */
export const maskEmail = (email: string): string => email.replace(/^(.).*@/u, '$1***@');
