import { Alert, Button, Form, Input, Segmented } from 'antd';
import { useState } from 'react';
import { errorText } from '../../i18n/index.ts';
import type { StepUpCalls } from '../step-up-calls.ts';
import { useTexts } from '../texts/areas.ts';
import { useCountdown } from './countdown.ts';
import { codeOf } from './failure.tsx';

type Way = 'password' | 'code';

/** Time between two codes, in seconds. The server has its own limit. */
const AGAIN_S = 60;

function CodeField({ send, onFault }: { send(): Promise<unknown>; onFault(code: string | null): void }) {
  const t = useTexts('shell');
  const [left, setLeft] = useCountdown();
  function request(): void {
    onFault(null);
    send().then(
      () => setLeft(AGAIN_S),
      (error: unknown) => onFault(codeOf(error)),
    );
  }
  return (
    <>
      <Form.Item name="code" label={t('stepUp.code')} rules={[{ required: true, message: t('form.required') }]}>
        <Input inputMode="numeric" autoComplete="one-time-code" maxLength={8} autoFocus data-testid="step-up-code" />
      </Form.Item>
      <Button disabled={left > 0} onClick={request} className="clinic-send-code">
        {left > 0 ? t('stepUp.again', { seconds: left }) : t('stepUp.send')}
      </Button>
    </>
  );
}

/** Asks for the password or a code from a text message. */
export function ProofForm({ calls, onProven }: { calls: StepUpCalls; onProven(): void }) {
  const t = useTexts('shell');
  const [way, setWay] = useState<Way>('password');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);

  async function submit(values: { password?: string; code?: string }): Promise<void> {
    setBusy(true);
    setFault(null);
    try {
      await calls.prove(way === 'password' ? { password: values.password ?? '' } : { code: values.code ?? '' });
      onProven();
    } catch (error) {
      setFault(codeOf(error));
    } finally {
      setBusy(false);
    }
  }
  return (
    <Form
      layout="vertical"
      requiredMark={false}
      preserve={false}
      onFinish={(values: { password?: string; code?: string }) => void submit(values)}
    >
      <Form.Item>
        <Segmented<Way>
          block
          value={way}
          onChange={setWay}
          options={[
            { value: 'password', label: t('stepUp.byPassword') },
            { value: 'code', label: t('stepUp.byCode') },
          ]}
        />
      </Form.Item>
      {way === 'code' ? (
        <CodeField send={calls.sendCode} onFault={setFault} />
      ) : (
        <Form.Item name="password" label={t('stepUp.password')} rules={[{ required: true, message: t('form.required') }]}>
          <Input.Password autoComplete="current-password" maxLength={256} autoFocus data-testid="step-up-password" />
        </Form.Item>
      )}
      {fault && <Alert type="error" showIcon title={errorText(fault)} className="clinic-form-alert" data-testid="step-up-fault" />}
      <Button type="primary" htmlType="submit" block loading={busy} data-testid="step-up-confirm">
        {t('stepUp.confirm')}
      </Button>
    </Form>
  );
}
