import { useEffect, useState, type FormEvent } from 'react';
import { errorText, useT } from '../i18n/index.ts';
import { ApiError } from '../net/api.ts';
import { invite, listMembers, restoreMember, type Invitation, type Member } from '../net/records.ts';
import { Dialog } from './dialog.tsx';
import { formText } from './form-text.ts';
import { Notice } from './notice.tsx';

function LinkField({ invitation }: { invitation: Invitation }) {
  const t = useT();
  const [copied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    // Without the permission the person copies from the field, which is selected by a click.
    await navigator.clipboard?.writeText(invitation.url).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  }
  return (
    <div className="field">
      <label htmlFor="invite-link">{t('invite.link', { name: invitation.member.name })}</label>
      <div className="field-with-button">
        <input id="invite-link" readOnly value={invitation.url} data-testid="invite-link" onFocus={(event) => event.target.select()} />
        <button type="button" className="btn" onClick={() => void copy()}>
          <span aria-live="polite">{copied ? t('invite.copied') : t('invite.copy')}</span>
        </button>
      </div>
    </div>
  );
}

/** Makes guest links for a visit and lets removed people back in. */
export function InviteDialog({ visitId, onClose }: { visitId: string; onClose(): void }) {
  const t = useT();
  const [made, setMade] = useState<Invitation | null>(null);
  const [code, setCode] = useState<string | null>(null);
  const [removed, setRemoved] = useState<Member[]>([]);
  const [restored, setRestored] = useState<string | null>(null);

  useEffect(() => {
    // The list is an extra; the invitation form works without it.
    listMembers(visitId).then(
      ({ items }) => setRemoved(items.filter((member) => member.removed)),
      (error: unknown) => console.warn('members', error),
    );
  }, [visitId]);

  async function attempt<T>(work: () => Promise<T>, done: (result: T) => void): Promise<void> {
    setCode(null);
    try {
      done(await work());
    } catch (error) {
      setCode(error instanceof ApiError ? error.code : 'internal');
    }
  }
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const role = form.get('role') === 'observer' ? 'observer' : 'guest';
    void attempt(() => invite(visitId, formText(form, 'name'), role), setMade);
  }
  function restore(member: Member): void {
    void attempt(
      () => restoreMember(visitId, member.id),
      ({ invitation }) => {
        setRemoved((current) => current.filter(({ id }) => id !== member.id));
        setRestored(member.name);
        if (invitation) setMade(invitation);
      },
    );
  }

  return (
    <Dialog title={t('invite.title')} onClose={onClose} testId="invite-dialog">
      <p className="hint">{t('invite.intro')}</p>
      <form className="form" onSubmit={submit}>
        <div className="field">
          <label htmlFor="invite-name">{t('invite.name')}</label>
          <input id="invite-name" name="name" required maxLength={100} autoComplete="off" data-testid="invite-name" />
        </div>
        <fieldset className="choices">
          <legend>{t('invite.role')}</legend>
          <label>
            <input type="radio" name="role" value="guest" defaultChecked /> {t('invite.guest')}
          </label>
          <label>
            <input type="radio" name="role" value="observer" data-testid="invite-observer" /> {t('invite.observer')}
          </label>
        </fieldset>
        {code && (
          <Notice tone="bad" alert>
            {errorText(code)}
          </Notice>
        )}
        <button type="submit" className="btn btn-primary" data-testid="invite-submit">
          {t('invite.create')}
        </button>
      </form>
      {restored && <Notice tone="good">{t('invite.restored', { name: restored })}</Notice>}
      {made && <LinkField key={made.url} invitation={made} />}
      {removed.length > 0 && (
        <section>
          <h3>{t('invite.removed')}</h3>
          <ul className="plain-list">
            {removed.map((member) => (
              <li key={member.id} className="row">
                <span>{member.name}</span>
                <button type="button" className="btn btn-small" data-testid="restore-member" onClick={() => restore(member)}>
                  {t('invite.restore')}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}
