/** How an appointment stands, in a word. */
import { StatusTag } from './blocks/status-tag.tsx';
import { type Appointment, APPOINTMENT_TONES } from './booking.ts';
import { useTexts } from './texts/areas.ts';

export function AppointmentState({ status, outcome }: Pick<Appointment, 'status' | 'outcome'>) {
  const t = useTexts('booking');
  // Missed visits are completed or cancelled as far as the money goes; people mean something else by that.
  if (outcome) return <StatusTag tone="warn">{t('states.missed')}</StatusTag>;
  return <StatusTag tone={APPOINTMENT_TONES[status]}>{t(`states.${status}`)}</StatusTag>;
}
