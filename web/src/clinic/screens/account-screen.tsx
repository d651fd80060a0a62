import { useQuery } from '@tanstack/react-query';
import { useMay } from '../access.ts';
import { ACCOUNT, readMe } from '../account/account.ts';
import { BalanceView } from '../account/balance-view.tsx';
import { NoticesView } from '../account/notices-view.tsx';
import { ProfileView } from '../account/profile-view.tsx';
import { SecurityView } from '../account/security-view.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { FollowLists } from '../users/follow-lists.tsx';
import { Views } from '../blocks/views.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/account`: the person's own details, how they sign in, and what they are told. */
export default function AccountScreen() {
  const t = useTexts('account');
  const shell = useTexts('shell');
  const may = useMay();
  const { data: me, error, refetch } = useQuery({ queryKey: [ACCOUNT, 'me'], queryFn: readMe });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!me) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={shell('screens.account')} lead={t('lead')} />
      <Views
        label={shell('screens.account')}
        views={[
          { key: 'profile', label: t('views.profile'), content: <ProfileView me={me} /> },
          { key: 'security', label: t('views.security'), content: <SecurityView me={me} /> },
          { key: 'notices', label: t('views.notices'), content: <NoticesView /> },
          ...(may('orders:own') ? [{ key: 'balance', label: t('views.balance'), content: <BalanceView /> }] : []),
          { key: 'follows', label: t('views.follows'), content: <FollowLists id={null} /> },
        ]}
      />
    </>
  );
}
