/**
 * Links to the systems of hospitals (医院对接): one adapter a system behind one interface. The HTTP adapter speaks a small JSON
 * protocol that an integration of any hospital can offer; adapters with other protocols implement the same interface.
 */
import { z } from 'zod';
import { type Breaker, createBreaker } from '#src/partners/breaker.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import type { PartnerAccount } from '#src/settings/partner-catalogue.ts';
import type { PartnerAccounts } from '#src/settings/partners.ts';
import type { Logger } from 'pino';

export const externalDepartment = z.object({ code: z.string().max(60), name: z.string().max(200) });
export const externalPractitioner = z.object({
  code: z.string().max(60),
  name: z.string().max(100),
  title: z.string().max(60).nullable().default(null),
  departmentCode: z.string().max(60).nullable().default(null),
});
export type ExternalDepartment = z.infer<typeof externalDepartment>;
export type ExternalPractitioner = z.infer<typeof externalPractitioner>;

/** Methods throw `PartnerError`. @param hospital what the system calls the hospital */
export interface HospitalSystem {
  readonly key: string;
  departments(hospital: string): Promise<ExternalDepartment[]>;
  /** @param departmentCode only those of this department */
  practitioners(hospital: string, departmentCode?: string): Promise<ExternalPractitioner[]>;
}

type SystemAccount = PartnerAccount<'hospitals'>['systems'][number];

const MOST_ITEMS = 1_000;
const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item).max(MOST_ITEMS) });

/**
 * Adapter for systems that answer `GET <base>/hospitals/:id/departments` and `GET <base>/hospitals/:id/practitioners?department=`
 * with `{ "items": [...] }`.
 * User and password are sent as basic authentication.
 */
function createHttpSystem({ key, url, user, password }: SystemAccount, log: Pick<Logger, 'info' | 'warn'>): HospitalSystem {
  const base = new URL(url);
  const breaker: Breaker = createBreaker({ name: `hospital-${key}`, log, timeoutMs: 3_000 });
  const credentials = user === undefined ? null : Buffer.from(`${user}:${password ?? ''}`);
  const headers = { accept: 'application/json', ...(credentials && { authorization: `Basic ${credentials.toString('base64')}` }) };
  const root = `${base.origin}${base.pathname.replace(/\/$/, '')}`;

  const ask = <T>(path: string, schema: z.ZodType<{ items: T[] }>): Promise<T[]> =>
    breaker.call(async (signal) => {
      const response = await fetch(`${root}${path}`, { headers, signal, redirect: 'error' });
      if (response.status === 404) throw new PartnerError(breaker.name, 'refused', { reason: 'not_found' });
      if (!response.ok) throw new PartnerError(breaker.name, 'unavailable', { reason: `status_${response.status}` });
      const parsed = schema.safeParse(await response.json());
      if (!parsed.success) throw new PartnerError(breaker.name, 'unavailable', { reason: 'unexpected_answer' });
      return parsed.data.items;
    });

  const at = (hospital: string, what: string): string => `/hospitals/${encodeURIComponent(hospital)}/${what}`;
  return {
    key,
    departments: (hospital) => ask(at(hospital, 'departments'), listOf(externalDepartment)),
    practitioners: (hospital, department) =>
      ask(
        `${at(hospital, 'practitioners')}${department ? `?department=${encodeURIComponent(department)}` : ''}`,
        listOf(externalPractitioner),
      ),
  };
}

/** The systems that the clinic has accounts at, as they are now. */
export function createSystems(
  partners: Pick<PartnerAccounts, 'get'>,
  log: Pick<Logger, 'info' | 'warn'>,
): () => ReadonlyMap<string, HospitalSystem> {
  let kept: { account: unknown; made: ReadonlyMap<string, HospitalSystem> } | undefined;
  return () => {
    const account = partners.get('hospitals');
    if (kept?.account !== account || !kept)
      kept = { account, made: new Map((account?.systems ?? []).map((system) => [system.key, createHttpSystem(system, log)])) };
    return kept.made;
  };
}
