/** Tells people what concerns them: in the page, by text message, by mail. */
import type { NotificationOrder } from './kinds.ts';
import { createSubjects, type Subjects } from './subjects.ts';

export interface Notifications {
  /**
   * Says what there is to tell about a type of subject. Modules call it while they are built; whoever changes something then appends
   * `outbox.append('notification.send', { userId, kind, subjectType, subjectId })` in the transaction of the change.
   */
  readonly describe: Subjects['describe'];
  /** Does a `notification.send` row, in the transaction that marks it done. @param id of the row */
  send(id: string, order: NotificationOrder): Promise<void>;
}

export function createNotifications(): Notifications {
  const subjects = createSubjects();
  return {
    describe: subjects.describe,
    async send(_id, { userId, kind, subjectType, subjectId }) {
      await subjects.read(subjectType, subjectId, { kind, userId });
    },
  };
}
