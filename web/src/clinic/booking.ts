/** What the screens about booking share. */
import { api, dataOf } from '../api/client.ts';
import type { Tone } from './blocks/status-tag.tsx';

/** Beginnings of the keys of all that is read about them. */
export const APPOINTMENTS = 'appointments';
export const ORDERS = 'orders';

export const readAppointment = (id: string) => dataOf(api.GET('/api/v1/appointments/{id}', { params: { path: { id } } }));
export type Appointment = Awaited<ReturnType<typeof readAppointment>>;
export type AppointmentStatus = Appointment['status'];
export const APPOINTMENT_TONES: Record<AppointmentStatus, Tone> = {
  ...{ pending: 'warn', confirmed: 'info', in_progress: 'good', completed: 'neutral', cancelled: 'neutral' },
};

export const readOrder = (id: string) => dataOf(api.GET('/api/v1/orders/{id}', { params: { path: { id } } }));
export type Order = Awaited<ReturnType<typeof readOrder>>;
export const ORDER_TONES: Record<Order['status'], Tone> = {
  ...{
    PENDING: 'warn',
    PAID: 'good',
    CONFIRMED: 'good',
    IN_PROGRESS: 'good',
    COMPLETED: 'neutral',
    CANCELLED: 'neutral',
    REFUNDED: 'neutral',
  },
};

/** Dates of the clinic from today on, `YYYY-MM-DD`. @param days how many days later */
export function clinicDate(days: number, zone: string): string {
  return new Intl.DateTimeFormat('sv', { timeZone: zone }).format(Date.now() + days * 86_400_000);
}
