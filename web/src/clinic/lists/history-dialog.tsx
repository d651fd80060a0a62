import { useQuery } from '@tanstack/react-query';
import { Modal } from 'antd';
import type { ReactNode } from 'react';
import { Failure } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { When } from '../blocks/when.tsx';
import { Person } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

/** The latest changes: more would be for the log. */
export const LATEST = { pageSize: 20 };

interface Change {
  version: number;
  changedBy: string | null;
  createdAt: string;
}

interface HistoryDialogProps<C extends Change> {
  /** What was changed. */
  name: string;
  /** Of the query: what its thing is read by, and `history`. */
  queryKey: readonly string[];
  read(): Promise<readonly C[]>;
  testId: string;
  /** What a change made of it. */
  children(change: C): ReactNode;
  onClose(): void;
}

/** Who changed something to what, and when. */
export function HistoryDialog<C extends Change>({ name, queryKey, read, testId, children, onClose }: HistoryDialogProps<C>) {
  const t = useTexts('admin');
  const { data, error, refetch } = useQuery({ queryKey, queryFn: read });
  return (
    <Modal title={`${t('history')}: ${name}`} open onCancel={onClose} footer={null}>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <PageSkeleton rows={3} />}
      <ul className="clinic-lines">
        {data?.map((change) => (
          <li key={change.version} className="clinic-line" data-testid={testId}>
            {children(change)}
            <span>
              <Person id={change.changedBy} /> <When at={change.createdAt} />
            </span>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
