/** Every model, bound to one connection. A new module adds its line here. */
import type { Sequelize } from 'sequelize';
import { defineSessions } from '#src/auth/model.ts';
import { defineMessages } from '#src/chat/model.ts';
import { defineConsultations } from '#src/consultations/model.ts';
import { defineMembers } from '#src/members/model.ts';
import { defineSnapshots } from '#src/snapshots/model.ts';
import { defineUsers } from '#src/users/model.ts';

export type Models = ReturnType<typeof defineModels>;

export function defineModels(sequelize: Sequelize) {
  return {
    users: defineUsers(sequelize),
    sessions: defineSessions(sequelize),
    consultations: defineConsultations(sequelize),
    members: defineMembers(sequelize),
    messages: defineMessages(sequelize),
    snapshots: defineSnapshots(sequelize),
  };
}
