import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { errorText, language } from '../../i18n/index.ts';
import { useCountdown } from '../blocks/countdown.ts';
import { codeOf } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { useTexts } from '../texts/areas.ts';
import { ACCOUNT } from './account.ts';

/** Time between two codes, in seconds. The server has its own limit. */
const AGAIN_S = 60;

interface Values {
  phone: string;
  code: string;
}

const sendCode = (phone: string) =>
  dataOf(api.POST('/api/v1/auth/sms-code', { body: { phone, scene: 'bind', locale: language.get() ?? 'zh' } }));
const bind = ({ phone, code }: Values) => dataOf(api.PUT('/api/v1/auth/phone', { body: { phone: phone.trim(), code: code.trim() } }));

function CodeField() {
  const t = useTexts('account');
  const form = Form.useFormInstance<Values>();
  const phone = Form.useWatch('phone', form)?.trim() ?? '';
  const [left, setLeft] = useCountdown();
  const [fault, setFault] = useState<string | null>(null);
  const [sent, setSent] = useState(false);
  function request(): void {
    setFault(null);
    sendCode(phone).then(
      () => {
        setLeft(AGAIN_S);
        setSent(true);
      },
      (error: unknown) => setFault(codeOf(error)),
    );
  }
  return (
    <>
      <Form.Item name="code" label={t('code')} rules={[{ required: true, whitespace: true }]}>
        <Input inputMode="numeric" autoComplete="one-time-code" maxLength={12} data-testid="phone-code" />
      </Form.Item>
      <Button disabled={left > 0 || phone === ''} onClick={request} className="clinic-send-code" data-testid="phone-send-code">
        {left > 0 ? t('again', { seconds: left }) : t('sendCode')}
      </Button>
      <p role="status">{sent && t('codeSent')}</p>
      {fault && <Alert type="error" showIcon title={errorText(fault)} className="clinic-form-alert" />}
    </>
  );
}

/** Sets the own phone number, once a code that was sent to it was entered. */
export function PhoneDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const t = useTexts('account');
  return (
    <FormDialog<Values, unknown> title={t('changePhone')} open={open} onClose={onClose} send={bind} stale={[[ACCOUNT]]}>
      <Form.Item name="phone" label={t('newPhone')} rules={[{ required: true, whitespace: true }]}>
        <Input type="tel" inputMode="tel" autoComplete="tel" maxLength={32} data-testid="phone-number" />
      </Form.Item>
      <CodeField />
    </FormDialog>
  );
}
