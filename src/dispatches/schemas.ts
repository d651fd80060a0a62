import { z } from 'zod';
import { calendarTime as time, id, listOf, paging, sortBy, text } from '#src/plugins/fields.ts';
import { dispatchStates } from './model.ts';

export const params = z.object({ id });
const state = z.enum(dispatchStates);

const fields = {
  staffId: id.describe('user id of the member of staff'),
  startsAt: time,
  durationMinutes: z.int().min(1).max(1_440),
  locationInfo: text(200).nullable().describe('where to go'),
  notes: text(1_000).nullable(),
};

export const newDispatch = z
  .strictObject({
    ...fields,
    appointmentId: id.nullable().default(null).describe('what it is for'),
    locationInfo: fields.locationInfo.default(null),
    notes: fields.notes.default(null),
  })
  .meta({
    examples: [
      {
        staffId: '01a20089-7d06-73c8-978c-946fc11e3f21',
        startsAt: '2026-12-01T01:00:00.000Z',
        durationMinutes: 90,
        locationInfo: '三号诊室',
        notes: '带便携式心电图机',
      },
    ],
  });

export const dispatchChange = z
  .strictObject({ ...z.strictObject(fields).partial().shape, version: z.int().min(1).describe('that the caller has seen') })
  .meta({ examples: [{ durationMinutes: 60, version: 1 }] });

export const step = z.strictObject({ version: z.int().min(1) }).meta({ examples: [{ version: 1 }] });

export const query = paging.extend({
  sort: sortBy(['startsAt', 'createdAt'], 'startsAt'),
  staffId: id.optional(),
  appointmentId: id.optional(),
  state: state.optional(),
  from: time.optional().describe('tasks that begin at it or later'),
  to: time.optional().describe('tasks that begin before it'),
});

export const dispatchView = z.object({
  id: z.string(),
  staff: z.object({ id: z.string(), name: z.string() }),
  appointmentId: z.string().nullable(),
  startsAt: z.string(),
  endsAt: z.string(),
  durationMinutes: z.int(),
  locationInfo: z.string().nullable(),
  notes: z.string().nullable(),
  state,
  version: z.int(),
  createdAt: z.string(),
});
export const dispatchList = listOf(dispatchView);
