/** Beginnings of the keys of what is read about schedules. */
export const SCHEDULE = 'schedule';
export const LEAVES = 'leaves';
export const HOLIDAYS = 'holidays';
export const TASKS = 'dispatches';

/** 1 is Monday. */
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;
