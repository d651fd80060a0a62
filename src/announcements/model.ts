import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { z } from 'zod';
import { valueColumn } from '#src/database/value-column.ts';
import { type OutsideChannel, outsideChannels } from '#src/messaging/model.ts';

const inBothLanguages = z.object({ zh: z.string(), en: z.string() });
/** Whom it is for: everybody, holders of some roles, or some people. */
export const audience = z.union([
  z.strictObject({ everybody: z.literal(true) }),
  z.strictObject({ roles: z.array(z.string().min(1).max(40)).min(1).max(20) }),
  z.strictObject({ userIds: z.array(z.uuid()).min(1).max(1_000) }),
]);
export type Audience = z.infer<typeof audience>;

/** Something that the clinic tells many people. They are told in the order of their ids, some at a time. */
export interface AnnouncementRow extends Model<InferAttributes<AnnouncementRow>, InferCreationAttributes<AnnouncementRow>> {
  id: string;
  class: 'service' | 'marketing';
  title: z.infer<typeof inBothLanguages>;
  body: z.infer<typeof inBothLanguages>;
  path: string | null;
  /** Besides the page. */
  channels: OutsideChannel[];
  audience: Audience;
  state: 'running' | 'done' | 'cancelled';
  /** Id of the last person that it came to. */
  position: CreationOptional<string | null>;
  /** People that it came to so far. */
  reached: number;
  /** Those of them who were told. */
  told: number;
  createdBy: string | null;
  createdAt: CreationOptional<Date>;
  finishedAt: CreationOptional<Date | null>;
}

export function defineAnnouncements(sequelize: Sequelize) {
  return sequelize.define<AnnouncementRow>(
    'announcement',
    {
      id: { type: DataTypes.STRING(36), primaryKey: true },
      class: DataTypes.STRING(12),
      title: valueColumn('title', inBothLanguages),
      body: valueColumn('body', inBothLanguages),
      path: DataTypes.STRING(200),
      channels: valueColumn('channels', z.array(z.enum(outsideChannels))),
      audience: valueColumn('audience', audience),
      state: DataTypes.STRING(12),
      position: DataTypes.STRING(36),
      reached: DataTypes.INTEGER,
      told: DataTypes.INTEGER,
      createdBy: DataTypes.STRING(36),
      createdAt: DataTypes.DATE(3),
      finishedAt: DataTypes.DATE(3),
    },
    { tableName: 'announcements', underscored: true, updatedAt: false },
  );
}
