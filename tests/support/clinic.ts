/** What a booking needs: an approved practitioner with hours, and a service. */
import { randomUUID } from 'node:crypto';
import type { TestApp } from './app.ts';

export interface BookableClinic {
  practitionerId: string;
  serviceId: string;
  /** Starts of free half hours, ISO 8601, on distinct days from the day after tomorrow on. */
  times: string[];
}

const DAY = 86_400_000;

/**
 * @param options `price` in yuan; `capacity` people for each slot
 */
export async function openClinic(
  server: TestApp,
  userId: string,
  options: { price?: number; capacity?: number } = {},
): Promise<BookableClinic> {
  const { models, transaction } = server.database;
  const practitionerId = randomUUID();
  const who = {
    id: practitionerId,
    userId,
    kind: 'doctor',
    name: '林医生',
    enabled: true,
    reviewState: 'approved',
    qualifications: [],
    version: 1,
  };
  await transaction(async () => {
    await models.practitioners.create(who as never);
  });
  const { administrator } = server.people;
  const service = { name: '视频问诊', category: 'consultation', price: options.price ?? 99, durationMinutes: 30 };
  const { body } = await server.call('POST', '/api/v1/services', administrator.token, service);
  await openHours(server, practitionerId, options.capacity ?? 1);
  const first = Math.ceil(Date.now() / DAY) * DAY + DAY;
  // 10:00 in Shanghai.
  const times = Array.from({ length: 50 }, (_, index) => new Date(first + index * DAY + 2 * 3_600_000).toISOString());
  return { practitionerId, serviceId: body.data.id, times };
}

/** Every day from 8 to 18 in Shanghai, in half hours. */
async function openHours({ database }: TestApp, practitionerId: string, capacity: number): Promise<void> {
  const rule = {
    practitionerId,
    startTime: '08:00',
    endTime: '18:00',
    zone: 'Asia/Shanghai',
    slotMinutes: 30,
    gapMinutes: 0,
    capacity,
    serviceType: null,
  };
  const valid = { validFrom: null, validUntil: null };
  const rows = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ id: randomUUID(), weekday, ...rule, ...valid }));
  await database.transaction(() => database.models.workRules.bulkCreate(rows as never[]));
}
