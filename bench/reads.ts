/**
 * Reads with a token on MariaDB: one row by its key, and a page of 20 of the caller's appointments with the names of everything in
 * them. The bare side sends the same statements from Fastify by `execute` of mysql2.
 */
import { join } from 'node:path';
import { startClinic, SECRET } from './clinic.ts';
import { conclude, finish, measurePairs, type Options, readOptions, type Result } from './harness.ts';
import { CONNECTIONS, type Figure, measure } from './http/load.ts';
import { forked } from './processes.ts';

const ROWS = 60;

interface Read {
  id: string;
  what: string;
  bare: string;
  ours: string;
  /** Does the same in the way that costs more. */
  twin: string;
}

const READS: readonly Read[] = [
  { id: 'P13', what: 'one row by its key', bare: '/balance', ours: '/balance', twin: '/users/me' },
  { id: 'P14', what: 'list of 20 rows', bare: '/appointments', ours: '/appointments?pageSize=20', twin: '/orders?pageSize=20' },
];

async function compare(options: Options): Promise<Result[]> {
  const clinic = await startClinic(0.05);
  const bare = await forked<string>(join(import.meta.dirname, 'http/bare-reads.ts'), [SECRET, clinic.url]);
  try {
    const userId = await clinic.idOf('patient0001');
    const token = await clinic.signIn('patient0001');
    await clinic.connection.query(`UPDATE appointments SET user_id = ? ORDER BY starts_at LIMIT ${ROWS}`, [userId]);
    await clinic.connection.query(`UPDATE orders SET user_id = ? ORDER BY created_at LIMIT ${ROWS}`, [userId]);
    await clinic.connection.query('INSERT IGNORE INTO balances VALUES (?, 120.50, 0, NOW(3), NOW(3))', [userId]);
    const results: Result[] = [];
    for (const { id, what, ...paths } of READS) {
      console.log(what);
      const pairs = await measurePairs<Figure>(options, {
        bare: () => measure(`${bare.first}${paths.bare}`, bare.pid, token, options.seconds),
        ours: () =>
          measure(`${clinic.site.url}/api/v1${options.twin ? paths.twin : paths.ours}`, clinic.site.serverPid, token, options.seconds),
      });
      const only = (name: keyof Figure) => pairs.map((pair) => ({ bare: pair.bare[name], ours: pair.ours[name] }));
      const rate = { id, what: `${what} with a token, requests/s`, unit: '/s', compare: 'ratio', atLeast: 0.85 } as const;
      const cpu = { id: `${id} CPU`, what: 'the same, CPU a request', unit: 'us', compare: 'ratio', atMost: 1.15 } as const;
      results.push(conclude(rate, only('rate'), options));
      if (id === 'P13') results.push(conclude(cpu, only('cpu'), options));
    }
    return results;
  } finally {
    await bare.stop();
    await clinic.close();
  }
}

const options = readOptions({ pairs: 5, seconds: 4 });
console.log(`Reads with a token, ${CONNECTIONS} connections, MariaDB`);
finish(await compare(options));
