/** Who follows whom: of an account, for those who run the clinic, and one's own. */
import { useQuery } from '@tanstack/react-query';
import { Empty } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { CardPages } from '../blocks/card-pages.tsx';
import { ActionButton } from '../blocks/action-button.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { When } from '../blocks/when.tsx';
import { FOLLOWS, unfollow } from '../follows.ts';
import { Person } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

const PAGE_SIZE = 20;
const SIDES = ['following', 'followers'] as const;
type Side = (typeof SIDES)[number];

/** @param id of somebody else; null: of the reader */
function read(id: string | null, side: Side, page: number) {
  const query = { page, pageSize: PAGE_SIZE };
  const follows = side === 'following';
  if (id === null) {
    const own = { params: { query } };
    return dataOf(follows ? api.GET('/api/v1/users/me/following', own) : api.GET('/api/v1/users/me/followers', own));
  }
  const theirs = { params: { path: { id }, query } };
  return dataOf(follows ? api.GET('/api/v1/users/{id}/following', theirs) : api.GET('/api/v1/users/{id}/followers', theirs));
}

function FollowList({ id, side }: { id: string | null; side: Side }) {
  const t = useTexts('people');
  const [page, setPage] = useState(1);
  const { data, error, refetch } = useQuery({ queryKey: [FOLLOWS, id, side, page], queryFn: () => read(id, side, page) });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <section className="clinic-card" aria-label={t(side)}>
      <h2>
        {t(side)} <small>{data.pagination.total}</small>
      </h2>
      {data.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(`nobodyYet.${side}`)} />}
      <ul className="clinic-lines">
        {data.items.map((person) => (
          <li key={person.id} className="clinic-line" data-testid="follow-row">
            <span>
              {id === null ? person.name : <Person id={person.id} name={person.name} />}{' '}
              <small>
                {t('since')} <When at={person.since} precision="day" /> {person.mutual && `· ${t('mutual')}`}
              </small>
            </span>
            {id === null && side === 'following' && (
              <ActionButton
                text={t('unfollow')}
                about={person.name}
                run={() => unfollow(person.id)}
                stale={[[FOLLOWS]]}
                testId="unfollow"
              />
            )}
          </li>
        ))}
      </ul>
      <CardPages page={page} pageSize={PAGE_SIZE} total={data.pagination.total} onPage={setPage} />
    </section>
  );
}

/** Both sides. @param id of somebody; null: of the reader */
export function FollowLists({ id }: { id: string | null }) {
  return (
    <div className="clinic-stack">
      {SIDES.map((side) => (
        <FollowList key={side} id={id} side={side} />
      ))}
    </div>
  );
}
