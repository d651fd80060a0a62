import { useQuery } from '@tanstack/react-query';
import { useMay } from '../access.ts';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Figures } from '../blocks/figures.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { Views } from '../blocks/views.tsx';
import { When } from '../blocks/when.tsx';
import { readUser, type UserDetail, useRoles, USERS } from '../people.tsx';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';
import { LoginList } from '../lists/login-list.tsx';
import { isLocked, UserActions } from '../users/user-actions.tsx';
import { FollowLists } from '../users/follow-lists.tsx';
import { UserActivity, useFigureNames } from '../users/user-activity.tsx';
import { UserBalance } from '../users/user-balance.tsx';
import { EditTags, Tags } from '../users/user-tags.tsx';

function State({ user }: { user: UserDetail }) {
  const t = useTexts('admin');
  return (
    <>
      <StatusTag tone={user.status === 'active' ? 'good' : 'neutral'}>{t(`statuses.${user.status}`)}</StatusTag>{' '}
      {isLocked(user) && <StatusTag tone="bad">{t('locked')}</StatusTag>}
    </>
  );
}

function Overview({ user }: { user: UserDetail }) {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const manages = useMay()('users:manage');
  const names = useRoles();
  const nameOf = useFigureNames();
  const figures = Object.entries(user.figures).flatMap(([name, value]) => {
    const label = nameOf(name);
    return label ? [{ label, value }] : [];
  });
  return (
    <section className="clinic-list">
      <UserActions user={user} />
      <Facts
        items={[
          { label: admin('account'), value: user.account },
          { label: t('staffNo'), value: user.staffNo },
          { label: admin('phone'), value: user.phone },
          { label: t('email'), value: user.email },
          {
            label: admin('roles'),
            value: names
              .filter(({ value }) => user.roles.includes(value))
              .map(({ label }) => label)
              .join(', '),
          },
          { label: admin('level'), value: admin(`levels.${user.membershipLevel}`) },
          {
            label: t('tags'),
            value: (
              <>
                <Tags tags={user.tags} /> {manages && <EditTags user={user} />}
              </>
            ),
          },
          { label: t('sessions'), value: user.sessions },
          { label: admin('lastLogin'), value: user.lastLoginAt && <When at={user.lastLoginAt} relative /> },
          { label: t('passwordChanged'), value: user.passwordChangedAt && <When at={user.passwordChangedAt} /> },
          { label: admin('created'), value: <When at={user.createdAt} /> },
        ]}
      />
      <Figures items={figures} />
    </section>
  );
}

/** `/clinic/users/:id`: an account with all that belongs to it. */
export default function UserScreen({ params: { id = '' } }: ScreenProps) {
  const t = useTexts('people');
  const may = useMay();
  const { data, error, refetch } = useQuery({ queryKey: [USERS, 'one', id], queryFn: () => readUser(id) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={data.name} lead={<State user={data} />} />
      <Views
        label={data.name}
        views={[
          { key: 'overview', label: t('views.overview'), content: <Overview user={data} /> },
          { key: 'activity', label: t('views.activity'), content: <UserActivity id={id} /> },
          { key: 'follows', label: t('views.follows'), content: <FollowLists id={id} /> },
          may('logs:read') && { key: 'logins', label: t('views.logins'), content: <LoginList userId={id} /> },
          may('balances:manage') && { key: 'balance', label: t('views.balance'), content: <UserBalance id={id} /> },
        ]}
      />
    </>
  );
}
