import { DownOutlined, UserOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { signOut } from '../../components/page.tsx';
import { switchLanguage, useT } from '../../i18n/index.ts';
import { navigate } from '../../router.ts';
import { session } from '../../session.ts';
import { useStore } from '../../use-store.ts';
import { go } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

/** Who is signed in, and what is about the person rather than the clinic. */
export function AccountMenu() {
  const t = useTexts('shell');
  const common = useT();
  const name = useStore(session)?.user.name ?? '';
  const items = [
    { key: 'account', label: t('screens.account'), onClick: () => go('/account') },
    { key: 'start', label: t('start'), onClick: () => navigate('/') },
    { key: 'test', label: common('app.test'), onClick: () => navigate('/test') },
    { key: 'language', label: <span lang="">{common('app.language')}</span>, onClick: switchLanguage },
    { type: 'divider' as const },
    { key: 'out', label: common('app.signOut'), onClick: () => void signOut() },
  ];
  return (
    <Dropdown menu={{ items }} trigger={['click']} placement="bottomRight">
      <Button
        type="text"
        className="clinic-account"
        aria-label={`${t('account')}: ${name}`}
        icon={<UserOutlined aria-hidden />}
        data-testid="account-menu"
      >
        <span className="clinic-account-name">{name}</span>
        <DownOutlined aria-hidden />
      </Button>
    </Dropdown>
  );
}
