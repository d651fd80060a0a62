import { type FormEvent, type InputHTMLAttributes, useEffect, useState } from 'react';
import { formText, formValue } from '../components/form-text.ts';
import { Notice } from '../components/notice.tsx';
import { errorText, language, useT } from '../i18n/index.ts';
import { ApiError } from '../net/api.ts';
import { type CodeScene, loginByCode, register, resetPassword, sendCode } from '../net/records.ts';
import { signedIn } from '../session.ts';

/** Time between two codes, in seconds. The server has its own limit. */
const AGAIN_S = 60;

const codeOf = (error: unknown): string => (error instanceof ApiError ? error.code : 'internal');

function useCountdown(): [number, (seconds: number) => void] {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}

function Field({ name, label, hint, ...input }: InputHTMLAttributes<HTMLInputElement> & { name: string; label: string; hint?: string }) {
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <input id={name} name={name} required maxLength={64} aria-describedby={hint && `${name}-hint`} {...input} />
      {hint && (
        <p className="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** The code, with the button that sends one to the phone above. */
function CodeField({ phone, scene, onFault }: { phone: string; scene: CodeScene; onFault(code: string | null): void }) {
  const t = useT();
  const [left, setLeft] = useCountdown();
  const [sent, setSent] = useState(false);
  function request(): void {
    onFault(null);
    sendCode(phone, scene, language.get() ?? 'zh').then(
      () => {
        setLeft(AGAIN_S);
        setSent(true);
      },
      (error: unknown) => onFault(codeOf(error)),
    );
  }
  return (
    <div className="field">
      <label htmlFor="code">{t('signIn.code')}</label>
      <div className="field-with-button">
        <input id="code" name="code" required inputMode="numeric" autoComplete="one-time-code" maxLength={12} data-testid="sign-in-code" />
        <button type="button" className="btn" disabled={left > 0 || phone.trim() === ''} onClick={request} data-testid="send-code">
          {left > 0 ? t('signIn.again', { seconds: left }) : t('signIn.sendCode')}
        </button>
      </div>
      <p className="hint" role="status">
        {sent && t('signIn.codeSent')}
      </p>
    </div>
  );
}

/** Sends what was entered. @returns whether somebody is signed in now */
async function send(scene: CodeScene, form: FormData): Promise<boolean> {
  const [phone, code, name] = [formText(form, 'phone'), formText(form, 'code'), formText(form, 'name')];
  // Passwords may begin and end with spaces.
  const password = formValue(form, 'new-password');
  if (scene === 'reset') await resetPassword(phone, code, password);
  else if (scene === 'login') signedIn(await loginByCode(phone, code));
  else signedIn(await register({ phone, code, name, ...(password && { password }) }));
  return scene !== 'reset';
}

interface PhoneFormProps {
  /** `login`: also makes an account; `register`: with a name and perhaps a password; `reset`: another password. */
  scene: CodeScene;
  /** Another password was set. */
  onReset(): void;
}

/** Everything that a code from a text message opens. */
export default function PhoneForm({ scene, onReset }: PhoneFormProps) {
  const t = useT();
  const [phone, setPhone] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    try {
      if (!(await send(scene, new FormData(event.currentTarget)))) onReset();
    } catch (error) {
      setFault(codeOf(error));
      setBusy(false);
    }
  }
  const submits = { login: t('signIn.submit'), register: t('signIn.registerSubmit'), reset: t('signIn.resetSubmit') };
  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      {scene === 'register' && <Field name="name" label={t('signIn.name')} autoComplete="name" maxLength={60} />}
      <Field
        name="phone"
        label={t('signIn.phone')}
        type="tel"
        inputMode="tel"
        autoComplete="tel"
        maxLength={32}
        value={phone}
        onChange={({ target }) => setPhone(target.value)}
        {...(scene === 'login' && { hint: t('signIn.codeHint') })}
      />
      <CodeField key={scene} phone={phone} scene={scene} onFault={setFault} />
      {scene !== 'login' && (
        <Field
          name="new-password"
          label={t('signIn.newPassword')}
          type="password"
          autoComplete="new-password"
          required={scene === 'reset'}
          minLength={8}
          maxLength={128}
          hint={t(scene === 'reset' ? 'signIn.resetHint' : 'signIn.passwordHint')}
        />
      )}
      {fault && (
        <Notice tone="bad" testId="sign-in-error" alert>
          {errorText(fault)}
        </Notice>
      )}
      <button type="submit" className="btn btn-primary btn-wide" disabled={busy} data-testid="sign-in-submit">
        {busy ? t('signIn.busy') : submits[scene]}
      </button>
    </form>
  );
}
