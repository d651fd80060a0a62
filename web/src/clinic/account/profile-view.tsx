import { UserOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { App, Avatar, Button, Form, Input, Select } from 'antd';
import { uploadFile } from '../../api/client.ts';
import { ApiForm } from '../blocks/api-form.tsx';
import { Facts } from '../blocks/facts.tsx';
import { FileButton } from '../blocks/file-button.tsx';
import { useAction } from '../blocks/use-action.ts';
import { When } from '../blocks/when.tsx';
import { useTexts } from '../texts/areas.ts';
import { ACCOUNT, changeMe, type Me, renewSession } from './account.ts';

const LOCALES = ['zh', 'en'] as const;
const STALE = [[ACCOUNT, 'me']];

interface Values {
  name: string;
  email?: string;
  locale: Me['locale'];
}

async function setAvatar(file: File | null): Promise<unknown> {
  return changeMe({ avatarFileId: file && (await uploadFile('avatar', file)).id });
}

function Picture({ me: { avatar, name } }: { me: Me }) {
  const t = useTexts('account');
  const change = useAction({ run: setAvatar, done: t('avatarChanged'), stale: STALE });
  return (
    <section className="clinic-card" aria-label={t('avatar')}>
      <h2>{t('avatar')}</h2>
      <div className="clinic-avatar">
        {avatar ? (
          <Avatar size={72} src={avatar} alt={name} />
        ) : (
          <Avatar size={72} icon={<UserOutlined aria-hidden />} aria-label={t('noAvatar')} />
        )}
        <p>{t('avatarHint')}</p>
      </div>
      <div className="clinic-actions">
        {avatar && (
          <Button loading={change.busy} onClick={() => change.run(null)} data-testid="avatar-remove">
            {t('removeAvatar')}
          </Button>
        )}
        <FileButton
          text={t('changeAvatar')}
          accept="image/jpeg,image/png,image/webp"
          busy={change.busy}
          onFile={(file) => change.run(file)}
          testId="avatar-change"
        />
      </div>
    </section>
  );
}

/** The own picture, name, mail address and language. */
export function ProfileView({ me }: { me: Me }) {
  const t = useTexts('account');
  const shell = useTexts('shell');
  const client = useQueryClient();
  const { message } = App.useApp();
  return (
    <div className="clinic-stack">
      <Picture me={me} />
      <section className="clinic-card" aria-label={t('views.profile')}>
        <ApiForm<Values, Me>
          send={({ name, email, locale }) => changeMe({ name, email: email?.trim() || null, locale })}
          onDone={(changed) => {
            message.success(shell('form.saved'));
            renewSession({ name: changed.name });
            void client.invalidateQueries({ queryKey: [ACCOUNT] });
          }}
          initialValues={{ name: me.name, email: me.email ?? '', locale: me.locale }}
        >
          <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true }]}>
            <Input maxLength={100} autoComplete="name" data-testid="account-name" />
          </Form.Item>
          <Form.Item name="email" label={t('email')} rules={[{ type: 'email', message: t('emailInvalid') }]}>
            <Input maxLength={254} inputMode="email" autoComplete="email" data-testid="account-email" />
          </Form.Item>
          <Form.Item name="locale" label={t('locale')}>
            <Select options={LOCALES.map((value) => ({ value, label: t(`locales.${value}`) }))} />
          </Form.Item>
        </ApiForm>
      </section>
      <Facts
        items={[
          { label: t('account'), value: me.account },
          { label: t('membership'), value: t(`memberships.${me.membershipLevel}`) },
          { label: t('since'), value: <When at={me.createdAt} precision="day" /> },
        ]}
      />
    </div>
  );
}
