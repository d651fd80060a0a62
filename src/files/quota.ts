/** How much somebody may keep. The limit holds in one guarded update, however many uploads end at the same time. */
import { literal, Op } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Settings } from '#src/settings/service.ts';

export interface Usage {
  bytes: number;
  files: number;
  /** Bytes that the person may keep. */
  quota: number;
}

export interface Quota {
  usageOf(userId: string): Promise<Usage>;
  /** Counts a file in, in the transaction that adds its row. @throws {ApiError} `quota_exceeded` */
  take(userId: string, bytes: number): Promise<void>;
  /** Counts a deleted file out. */
  release(userId: string, bytes: number): Promise<void>;
}

export function createQuota({ models, transaction }: Database, settings: Pick<Settings, 'get'>): Quota {
  const { fileUsage } = models;
  const quota = () => settings.get('files.quotaMegabytes') * 1_048_576;
  const add = (bytes: number, files: number) => ({
    bytes: literal(`bytes + ${bytes}`) as unknown as number,
    files: literal(`files + ${files}`) as unknown as number,
  });

  return {
    async usageOf(userId) {
      const row = await fileUsage.findByPk(userId);
      return { bytes: Number(row?.bytes ?? 0), files: row?.files ?? 0, quota: quota() };
    },
    take: (userId, bytes) =>
      transaction(async () => {
        await fileUsage.bulkCreate([{ userId, bytes: 0, files: 0 }], { updateOnDuplicate: ['userId'] });
        const room = { userId, bytes: { [Op.lte]: quota() - bytes } };
        const [changed] = await fileUsage.update(add(bytes, 1), { where: room });
        if (changed === 0) throw new ApiError('quota_exceeded');
      }),
    release: (userId, bytes) => transaction(async () => void (await fileUsage.update(add(-bytes, -1), { where: { userId } }))),
  };
}
