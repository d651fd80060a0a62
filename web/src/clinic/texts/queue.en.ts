import type { queue as zh } from './queue.zh.ts';

export const queue: typeof zh = {
  nobody: 'Nobody is waiting',
  notWaiting: 'You are not waiting. Within the hour before your visit, begin from its appointment.',
  callNext: 'Call the next patient',
  call: 'Call',
  prefer: 'Call first',
  preferred: 'First',
  inTurn: 'In turn again',
  since: 'Waiting since',
};
