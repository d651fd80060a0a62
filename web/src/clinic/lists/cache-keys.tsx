import { useQuery } from '@tanstack/react-query';
import { Empty, Modal } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useTexts } from '../texts/areas.ts';

const CACHES = 'caches';
const read = async (name: string) => (await dataOf(api.GET('/api/v1/caches/{name}/keys', { params: { path: { name } } }))).items;
const drop = (name: string, key: string) => dataOf(api.DELETE('/api/v1/caches/{name}/keys/{key}', { params: { path: { name, key } } }));

/** What a cache has now, at the server that answers, and dropping one of them; in a dialog. */
export function CacheKeys({ name, onClose }: { name: string; onClose(): void }) {
  const t = useTexts('operations');
  const { data, error, refetch } = useQuery({ queryKey: [CACHES, name, 'keys'], queryFn: () => read(name) });
  return (
    <Modal title={`${t('keys')}: ${name}`} open onCancel={onClose} footer={null}>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <PageSkeleton rows={3} />}
      {data?.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noKeys')} />}
      <ul className="clinic-lines">
        {data?.map(({ key }) => (
          <li key={key} className="clinic-line" data-testid="cache-key">
            <code className="clinic-break">{key}</code>
            <ActionButton
              text={t('drop')}
              about={key}
              run={() => drop(name, key)}
              done={t('cleared')}
              stale={[[CACHES]]}
              testId="cache-key-drop"
            />
          </li>
        ))}
      </ul>
    </Modal>
  );
}
