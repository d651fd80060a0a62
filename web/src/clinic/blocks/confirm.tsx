import { Form, Input, Modal } from 'antd';
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import { useTexts } from '../texts/areas.ts';

export interface Question {
  title: string;
  text?: ReactNode;
  /** On the button that does it; names the act, not "OK". */
  confirm: string;
  cancel?: string;
  /** What cannot be taken back. */
  danger?: boolean;
  /** Asks why; the answer goes into the record. */
  reason?: { label?: string; required?: boolean; max?: number };
}
interface Answer {
  /** Trimmed; empty where none was asked for or given. */
  reason: string;
}
interface Asked {
  question: Question;
  settle(answer: Answer | null): void;
}

const REASON_MAX = 500;
const Context = createContext<((question: Question) => Promise<Answer | null>) | null>(null);

/** Asks before something is done; null when the person would rather not. */
export function useConfirm(): (question: Question) => Promise<Answer | null> {
  const ask = useContext(Context);
  if (!ask) throw new Error('there is no ConfirmProvider around this');
  return ask;
}

function ReasonField({ reason }: { reason: NonNullable<Question['reason']> }) {
  const t = useTexts('shell');
  const max = reason.max ?? REASON_MAX;
  return (
    <Form.Item
      name="reason"
      label={reason.label ?? t('form.reason')}
      rules={[
        { required: reason.required ?? false, whitespace: true, message: t('form.required') },
        { max, message: t('form.tooLong', { max }) },
      ]}
    >
      <Input.TextArea rows={3} autoFocus data-testid="confirm-reason" />
    </Form.Item>
  );
}

/** Holds the one dialog that `useConfirm()` opens. */
export function ConfirmProvider({ children }: { children: ReactNode }) {
  const t = useTexts('shell');
  const [form] = Form.useForm<{ reason?: string }>();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [open, setOpen] = useState(false);
  const ask = useCallback(
    (question: Question) =>
      new Promise<Answer | null>((settle) => {
        setAsked({ question, settle });
        setOpen(true);
      }),
    [],
  );
  function end(answer: Answer | null): void {
    setOpen(false);
    asked?.settle(answer);
  }
  const { question } = asked ?? {};
  const testIds = useMemo(() => ({ ok: { 'data-testid': 'confirm-ok' }, cancel: { 'data-testid': 'confirm-cancel' } }), []);
  return (
    <Context value={ask}>
      {children}
      <Modal
        open={open}
        title={question?.title}
        okText={question?.confirm}
        cancelText={question?.cancel ?? t('form.cancel')}
        okButtonProps={{ danger: question?.danger ?? false, ...testIds.ok }}
        cancelButtonProps={{ autoFocus: !question?.reason, ...testIds.cancel }}
        onOk={() => form.submit()}
        onCancel={() => end(null)}
        destroyOnHidden
        data-testid="confirm"
      >
        {question?.text && <p>{question.text}</p>}
        <Form form={form} layout="vertical" preserve={false} onFinish={({ reason }) => end({ reason: reason?.trim() ?? '' })}>
          {question?.reason && <ReasonField reason={question.reason} />}
        </Form>
      </Modal>
    </Context>
  );
}
