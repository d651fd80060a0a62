/** People choose about parts of what the clinic tells them, not only about all of it. */
import type { Migration, MigrationContext } from '#src/database/migrate.ts';

const CLASSES = ['service', 'marketing'];
const TYPES = ['appointment', 'order', 'prescription', 'review', 'work', 'announcement'];
const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

const allow = ({ setCheck }: MigrationContext, names: readonly string[]): Promise<void> =>
  setCheck('notification_preferences', 'notification_preferences_class_check', `class IN (${quoted(names)})`);

export const up: Migration = (context) => allow(context, [...CLASSES, ...TYPES]);

export const down: Migration = async (context) => {
  await context.sql(`DELETE FROM notification_preferences WHERE class IN (${quoted(TYPES)})`);
  await allow(context, CLASSES);
};
