/** J1 in short: what does the jobs is killed at random points. `npm run test:faults -- J1` kills 200 times and judges the times as well. */
import { newMariaDb } from '#tests/support/databases.ts';
import { type RedisServer, startRedis } from '#tests/support/redis.ts';
import { type JobSite, openJobSite, WAYS } from './job-row.ts';

const KILLS = 5;
const chance = Math.random;

let redis: RedisServer;
/** One for each way, and one for the planted fault: all are played at once, since each mostly waits for claims of the dead to end. */
const sites: JobSite[] = [];
beforeAll(async () => {
  redis = await startRedis();
  const open = async () => sites.push(await openJobSite(await newMariaDb(), redis.url));
  await Promise.all([...WAYS, 'planted'].map(open));
}, 60_000);
afterAll(async () => {
  await Promise.all(sites.map((site) => site.close()));
  await redis?.stop();
});

test.concurrent.each(WAYS.map((way, index) => ({ ...way, index })))(
  `jobs $name survive ${KILLS} kills: none lost, none twice`,
  async ({ queued, processes, index }) => {
    const { recovery: _recovery, ...outcome } = await sites[index]!.kill({ queued, processes, kills: KILLS, chance });
    expect(outcome).toEqual({ jobs: KILLS * 12, lost: 0, doubled: 0 });
  },
);

test.concurrent('the planted fault is seen: an effect that is no part of its mark happens twice', async () => {
  let doubled = 0;
  // Whether one of so few kills falls between effect and mark is chance.
  for (let round = 0; round < 12 && doubled === 0; round++)
    ({ doubled } = await sites.at(-1)!.kill({ queued: false, processes: 1, kills: KILLS, chance, planted: ['effect-before-mark'] }));
  expect(doubled).toBeGreaterThan(0);
});
