import { Alert, Button, Form, type FormInstance, type FormProps } from 'antd';
import { type ReactNode, useRef, useState } from 'react';
import { ApiFailure, newKey } from '../../api/client.ts';
import { errorText, language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';
import { useTexts } from '../texts/areas.ts';
import { codeOf, RequestId } from './failure.tsx';
import { fieldErrors } from './field-errors.ts';
import { isDeclined, useStepUp } from './step-up.tsx';

interface ApiFormProps<V, R> extends Pick<FormProps<V>, 'initialValues'> {
  /**
   * Sends what was entered.
   * @param key the same for repeats of one attempt, to be sent as `Idempotency-Key` by creating calls
   */
  send(values: V, key: string): Promise<R>;
  onDone(result: R): void;
  onCancel?(): void;
  /** On the button that sends. */
  submit?: string;
  /** The form's name of an API field, where they differ. */
  rename?: Readonly<Record<string, string>>;
  children: ReactNode;
}

/** Marks the fields that the API complains of and goes to the first; false when it named none that the form has. */
function mark<V>(form: FormInstance<V>, error: unknown, rename: Readonly<Record<string, string>>, own: string | null): boolean {
  const details = error instanceof ApiFailure ? error.details : [];
  const has = new Set(Object.keys(form.getFieldsValue() as object));
  const faults = fieldErrors(details, rename).filter(({ name }) => has.has(String(name[0])));
  // The types of antd name each path of V; these come from the server.
  form.setFields(faults.map(({ name, message }) => ({ name, errors: [own ?? message] })) as Parameters<typeof form.setFields>[0]);
  const [first] = faults;
  if (first) form.scrollToField(first.name as never, { focus: true, block: 'center' });
  return faults.length > 0;
}

/** A form that sends to the API: shows its complaints at their fields, and anything else above the buttons. */
export function ApiForm<V extends object, R>({ send, onDone, onCancel, submit, rename = {}, initialValues, children }: ApiFormProps<V, R>) {
  const t = useTexts('shell');
  const [form] = Form.useForm<V>();
  const stepUp = useStepUp();
  const english = useStore(language) === 'en';
  const key = useRef(newKey());
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<{ text: string; error: unknown } | null>(null);

  async function finish(values: V): Promise<void> {
    setBusy(true);
    setFault(null);
    try {
      const result = await stepUp(() => send(values, key.current));
      key.current = newKey();
      onDone(result);
    } catch (error) {
      // Refused for what is in it: the next attempt is another request. Without an answer it is the same.
      if (error instanceof ApiFailure && error.status >= 400 && error.status < 500) key.current = newKey();
      if (isDeclined(error)) return;
      // The API's sentences are English.
      const marked = mark(form, error, rename, english ? null : t('form.invalid'));
      setFault({ text: marked ? t('form.check') : errorText(codeOf(error)), error });
    } finally {
      setBusy(false);
    }
  }
  return (
    <Form
      form={form}
      layout="vertical"
      className="clinic-form"
      initialValues={initialValues as object}
      scrollToFirstError={{ focus: true, block: 'center' }}
      onFinish={(values: V) => void finish(values)}
      validateMessages={{ required: t('form.required') }}
    >
      {children}
      {fault && (
        <Alert
          type="error"
          showIcon
          className="clinic-form-alert"
          title={fault.text}
          description={<RequestId error={fault.error} />}
          data-testid="form-fault"
        />
      )}
      <div className="clinic-actions">
        {onCancel && <Button onClick={onCancel}>{t('form.cancel')}</Button>}
        <Button type="primary" htmlType="submit" loading={busy} data-testid="form-submit">
          {submit ?? t('form.save')}
        </Button>
      </div>
    </Form>
  );
}
