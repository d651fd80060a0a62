/**
 * Plays P4 in a process of its own, so that a bug can be planted in it: a recording that is asked for, refused, consented to, joined by
 * somebody new, and withdrawn from. Prints as JSON when somebody was recorded who had not consented, and how long a withdrawal took.
 */
import { createNoMedia } from '#sfu/index.ts';
import { createMemoryWorld } from './memory-ports.ts';
import { createMemoryRecordings } from './memory-recordings.ts';
import { startRoomServer } from './room-server.ts';
import { until } from './wait.ts';

/** Long enough for a recording that nobody holds back to begin. */
const PATIENCE_MS = 250;
const violations: string[] = [];
const world = createMemoryWorld();
const recording = createMemoryRecordings(world);
const server = await startRoomServer(createNoMedia(), {}, { world, recording });
const visit = world.visit({ lobby: false });
const enter = async (role: 'practitioner' | 'patient' | 'guest') => {
  const client = await server.connect(world.member(visit, role).token);
  await client.enter(visit);
  return client;
};
const judge = (when: string): void => {
  if (recording.followed().length > 0) violations.push(when);
};
const patience = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));

const doctor = await enter('practitioner');
const patient = await enter('patient');
const { recordingId } = await doctor.ok('recording:ask', {});
await patience();
judge('asked, not answered');
await patient.ok('recording:consent', { recordingId, consent: false });
await patience();
judge('refused');
await patient.ok('recording:consent', { recordingId, consent: true });
await until('the recording to begin', () => recording.followed().length === 2);
await enter('guest');
judge('somebody new');
await patience();
judge('somebody new, a moment later');
const told = performance.now();
await patient.ok('recording:withdraw', { recordingId });
judge('withdrawn');
const stoppedMs = Math.round(performance.now() - told);
await server.close();
console.log(JSON.stringify({ violations, stoppedMs }));
process.exit(0);
