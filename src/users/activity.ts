/** What people do, counted where it is stored. Only counted: what the rows say is their modules' own. */
import { type Model, type ModelStatic, Op, type WhereOptions } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import type { ActivitySource } from './ports.ts';

export function activitySources({ models }: Pick<Database, 'models'>): ActivitySource[] {
  return [
    counted('visits', models.members, 'userId'),
    counted('appointments', models.appointments, 'userId'),
    counted('orders', models.orders, 'userId'),
    counted('reviews', models.reviews, 'userId'),
    counted('profiles', models.visitProfiles, 'userId'),
    counted('files', models.files, 'ownerId'),
    counted('changes', models.operations, 'userId'),
  ];
}

/** @param owner column with whose it is; the table has a `createdAt` */
const counted = (name: string, model: ModelStatic<Model>, owner: string): ActivitySource => ({
  name,
  count: (userId, from, to) => {
    const where: WhereOptions = { [owner]: userId, createdAt: { [Op.gte]: from, [Op.lt]: to } };
    return model.count({ where });
  },
});
