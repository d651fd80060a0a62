import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { useTexts } from '../texts/areas.ts';
import { ACCOUNT, type Me, renewSession } from './account.ts';
import { Identities } from './identities.tsx';
import { OwnLogins } from './own-logins.tsx';
import { PhoneDialog } from './phone-dialog.tsx';
import { Sessions } from './sessions.tsx';

const LEAST = 8;

interface Passwords {
  oldPassword?: string;
  password: string;
  repeated: string;
}

const setPassword = ({ oldPassword, password }: Passwords) =>
  dataOf(api.PUT('/api/v1/auth/password', { body: { ...(oldPassword !== undefined && { oldPassword }), password } }));

function PasswordDialog({ me, open, onClose }: { me: Me; open: boolean; onClose(): void }) {
  const t = useTexts('account');
  return (
    <FormDialog<Passwords, Awaited<ReturnType<typeof setPassword>>>
      title={t(me.hasPassword ? 'changePassword' : 'setPassword')}
      open={open}
      onClose={onClose}
      send={setPassword}
      stale={[[ACCOUNT]]}
      // Every session has ended, this one too: the answer begins the next.
      onDone={({ token, expiresAt, refreshToken, refreshExpiresAt }) => renewSession({ token, expiresAt, refreshToken, refreshExpiresAt })}
    >
      {me.hasPassword && (
        <Form.Item name="oldPassword" label={t('oldPassword')} rules={[{ required: true }]}>
          <Input.Password autoComplete="current-password" maxLength={256} data-testid="old-password" />
        </Form.Item>
      )}
      <Form.Item
        name="password"
        label={t('newPassword')}
        extra={t('passwordHint')}
        rules={[{ required: true }, { min: LEAST, message: t('passwordShort') }]}
      >
        <Input.Password autoComplete="new-password" maxLength={128} data-testid="new-password" />
      </Form.Item>
      <Form.Item
        name="repeated"
        label={t('repeatPassword')}
        dependencies={['password']}
        rules={[
          { required: true },
          ({ getFieldValue }) => ({
            validator: async (_rule, value: string) => {
              if (value && value !== getFieldValue('password')) throw new Error(t('passwordsDiffer'));
            },
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={128} data-testid="repeat-password" />
      </Form.Item>
    </FormDialog>
  );
}

/** Ways to sign in, and where the person is signed in. */
export function SecurityView({ me }: { me: Me }) {
  const t = useTexts('account');
  const [open, setOpen] = useState<'password' | 'phone' | null>(null);
  const close = () => setOpen(null);
  return (
    <div className="clinic-stack">
      <div className="clinic-cards">
        <section className="clinic-card clinic-card-row" aria-label={t('password')}>
          <div>
            <h2>{t('password')}</h2>
            <p>{t(me.hasPassword ? 'hasPassword' : 'noPassword')}</p>
          </div>
          <Button onClick={() => setOpen('password')} data-testid="change-password">
            {t(me.hasPassword ? 'changePassword' : 'setPassword')}
          </Button>
        </section>
        <section className="clinic-card clinic-card-row" aria-label={t('phone')}>
          <div>
            <h2>{t('phone')}</h2>
            <p>{me.phone ?? t('noPhone')}</p>
          </div>
          <Button onClick={() => setOpen('phone')} data-testid="change-phone">
            {t(me.phone ? 'changePhone' : 'bindPhone')}
          </Button>
        </section>
      </div>
      <Identities />
      <Sessions />
      <OwnLogins />
      <PasswordDialog me={me} open={open === 'password'} onClose={close} />
      <PhoneDialog open={open === 'phone'} onClose={close} />
    </div>
  );
}
