import { useQuery } from '@tanstack/react-query';
import { Modal } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import type { paths } from '../../api/schema.ts';
import { Failure } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { When } from '../blocks/when.tsx';
import { Person } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

const PATH = '/api/v1/settings/{key}/history';
type Key = paths[typeof PATH]['get']['parameters']['path']['key'];

/** The latest changes: more would be for the log. */
const read = async (key: Key) => (await dataOf(api.GET(PATH, { params: { path: { key }, query: { pageSize: 20 } } }))).items;

/** How a value of a parameter is shown; secrets come without one. */
export function useSettingText(): (value: unknown) => string {
  const t = useTexts('admin');
  return (value) => {
    if (value === null) return '••••••';
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
}

/** Who set a parameter to what, and when; in a dialog. */
export function SettingHistory({ settingKey, name, onClose }: { settingKey: Key; name: string; onClose(): void }) {
  const t = useTexts('admin');
  const textOf = useSettingText();
  const { data, error, refetch } = useQuery({ queryKey: ['settings', settingKey, 'history'], queryFn: () => read(settingKey) });
  return (
    <Modal title={`${t('history')}: ${name}`} open onCancel={onClose} footer={null}>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <PageSkeleton rows={3} />}
      <ul className="clinic-lines">
        {data?.map(({ version, value, changedBy, createdAt }) => (
          <li key={version} className="clinic-line" data-testid="setting-change">
            <strong className="clinic-break">{textOf(value)}</strong>
            <span>
              <Person id={changedBy} /> <When at={createdAt} />
            </span>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
