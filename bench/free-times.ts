/** Times of a seeded clinic that can still be booked. */
import type { RowDataPacket } from 'mysql2/promise';
import type { Clinic } from './clinic.ts';

export const DAY = 86_400_000;

export interface Wish {
  practitionerId: string;
  scheduledTime: string;
}

interface FreeTimes {
  /** What all of these doctors offer. */
  serviceId: string;
  practitionerIds: string[];
  /** By doctor, then by time. */
  wishes: Wish[];
}

/** Free times of the next eight weeks. */
export async function freeTimes({ connection, site }: Clinic): Promise<FreeTimes> {
  const [[service]] = await connection.query<RowDataPacket[]>("SELECT id FROM services WHERE name = '视频问诊' AND price = 99");
  const [doctors] = await connection.query<RowDataPacket[]>("SELECT id FROM practitioners WHERE kind = 'doctor' AND name NOT LIKE '%Dr.%'");
  const day = (days: number) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
  const wishes: Wish[] = [];
  for (const { id } of doctors) {
    const path = `${site.url}/api/v1/practitioners/${id}/slots?from=${day(2)}&until=${day(58)}`;
    const { data } = (await (await fetch(path)).json()) as { data: { days: { slots: { startsAt: string; available: boolean }[] }[] } };
    const free = data.days.flatMap(({ slots }) => slots).filter(({ available }) => available);
    wishes.push(...free.map(({ startsAt }) => ({ practitionerId: id as string, scheduledTime: startsAt })));
  }
  wishes.sort((a, b) => a.practitionerId.localeCompare(b.practitionerId) || a.scheduledTime.localeCompare(b.scheduledTime));
  return { serviceId: service?.['id'] as string, practitionerIds: doctors.map(({ id }) => id as string), wishes };
}
