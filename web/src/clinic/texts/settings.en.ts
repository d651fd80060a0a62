import type { settings as chinese } from './settings.zh.ts';

export const settings: typeof chinese = {
  clinic: { name: 'Name of the clinic on documents and in messages', zone: 'Time zone of business days' },
  appointments: {
    holdMinutes: 'Minutes that a place is held for a payment',
    minNoticeMinutes: 'Minutes before its start until which a place can be booked',
    maxDaysAhead: 'How many days ahead can be booked',
    cancelNoticeMinutes: 'Minutes before its start until which a patient can cancel or move a visit',
    reminderMinutes: 'Minutes before its start at which a reminder goes out',
    perPatientHolds: 'Unpaid places that one patient may hold',
    moveWithinDays: 'Days within which an appointment that is pushed aside finds another time; else it is called off',
  },
  files: { quotaMegabytes: 'Megabytes of files that one person may keep' },
  orders: { refundDays: 'Days after completion in which a refund can be asked for' },
  recordings: {
    enabled: 'Visits may be recorded, with the consent of everybody present',
    keepPieces: 'Keep the separate tracks of a recording once its film is made',
  },
  privacy: {
    copyDays: 'Days that a copy of somebody’s data can be fetched',
    erasureDays: 'Days in which a request for erasure can be withdrawn',
  },
};
