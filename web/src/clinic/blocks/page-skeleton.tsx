import { Skeleton } from 'antd';
import { useTexts } from '../texts/areas.ts';

/** Shown in place of a page or a part of one while it is on the way. */
export function PageSkeleton({ rows = 6 }: { rows?: number }) {
  const t = useTexts('shell');
  return (
    <div role="status" aria-label={t('loading')} data-testid="skeleton">
      <Skeleton active paragraph={{ rows }} />
    </div>
  );
}
