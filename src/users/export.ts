/** People as CSV (USR-06). Cells that a spreadsheet would run as a formula are neutralised. */
import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { ListedUser } from './views.ts';

const columns: Record<string, (user: ListedUser) => string | null> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  account: ({ account }) => account,
  staff_no: ({ staffNo }) => staffNo,
  phone: ({ phone }) => phone,
  email: ({ email }) => email,
  roles: ({ roles }) => roles.join(' '),
  status: ({ status }) => status,
  membership: ({ membershipLevel }) => membershipLevel,
  tags: ({ tags }) => tags.map(({ name }) => name).join(', '),
  last_login_at: ({ lastLoginAt }) => lastLoginAt,
  created_at: ({ createdAt }) => createdAt,
};
const readers = Object.values(columns);

/** UTF-8 with a byte order mark, which spreadsheets need. Portions are asked for as fast as the receiver reads. */
export function csvOf(portions: AsyncIterable<ListedUser[]>): Readable {
  const csv = stringify({ bom: true, escape_formulas: true, header: true, columns: Object.keys(columns) });
  const rows = Readable.from(
    (async function* () {
      for await (const portion of portions) for (const user of portion) yield readers.map((read) => read(user) ?? '');
    })(),
  );
  rows.on('error', (error) => csv.destroy(error));
  csv.on('close', () => rows.destroy());
  return rows.pipe(csv);
}
