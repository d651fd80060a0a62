import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button, Empty } from 'antd';
import { type ReactNode, useState } from 'react';
import { Failure } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useTexts } from '../texts/areas.ts';

const PAGE_SIZE = 10;

interface Page<T> {
  items: readonly T[];
  pagination: { page: number; pageSize: number; total: number };
}

interface FileListProps<T extends { id: string }> {
  /** Key of what is read. */
  name: readonly string[];
  load(query: { page: number; pageSize: number }): Promise<Page<T>>;
  /** What a row says, and what stands beside it. */
  row(item: T): { title: ReactNode; state?: ReactNode; text?: ReactNode };
  empty: string;
  /** The whole of one, in place of the list. */
  open?: (id: string) => ReactNode;
}

/** A list in the file beside the video: its state is not in the address, which is the visit's. */
export function FileList<T extends { id: string }>({ name, load, row, empty, open }: FileListProps<T>) {
  const t = useTexts('shell');
  const patients = useTexts('patients');
  const [shown, setShown] = useState<string | null>(null);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: name,
    queryFn: ({ pageParam }) => load({ page: pageParam, pageSize: PAGE_SIZE }),
    initialPageParam: 1,
    getNextPageParam: ({ pagination: { page, pageSize, total } }) => (page * pageSize < total ? page + 1 : null),
  });
  if (open && shown) {
    return (
      <>
        <Button size="small" onClick={() => setShown(null)} data-testid="file-back">
          {patients('file.back')}
        </Button>
        {open(shown)}
      </>
    );
  }
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton rows={4} />;
  const items = data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} />;
  return (
    <>
      <ul className="clinic-cards">
        {items.map((item) => {
          const { title, state, text } = row(item);
          return (
            <li key={item.id} className="clinic-card">
              <div className="clinic-card-head">
                <h3>
                  {open ? (
                    <Button type="link" className="clinic-inline-link" onClick={() => setShown(item.id)} data-testid="file-entry">
                      {title}
                    </Button>
                  ) : (
                    title
                  )}
                </h3>
                {state}
              </div>
              {text && <p>{text}</p>}
            </li>
          );
        })}
      </ul>
      {hasNextPage && (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </>
  );
}

/** Something that is read before it is shown. */
export function Reading<T>({ name, load, children }: { name: readonly string[]; load(): Promise<T>; children(data: T): ReactNode }) {
  const { data, error, refetch } = useQuery({ queryKey: name, queryFn: load });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  return data === undefined ? <PageSkeleton rows={4} /> : children(data);
}
