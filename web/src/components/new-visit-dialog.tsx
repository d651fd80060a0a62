import { useState, type FormEvent } from 'react';
import { errorText, useT } from '../i18n/index.ts';
import { ApiError } from '../net/api.ts';
import { createVisit, type Person, type VisitRecord } from '../net/records.ts';
import { Dialog } from './dialog.tsx';
import { formText } from './form-text.ts';
import { Notice } from './notice.tsx';
import { PatientField } from './patient-field.tsx';

const LENGTHS = [10, 15, 30, 45, 60];
const DEFAULT_LENGTH = 15;

/** `datetime-local` wants the local time without a zone. */
function localTime(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The next full quarter of an hour. */
function nextQuarter(): Date {
  return new Date(Math.ceil(Date.now() / 900_000) * 900_000);
}

interface NewVisitProps {
  /** Begins now and goes straight into the room. */
  instant: boolean;
  onClose(): void;
  onCreated(visit: VisitRecord): void;
}

export function NewVisitDialog({ instant, onClose, onCreated }: NewVisitProps) {
  const t = useT();
  const [patient, setPatient] = useState<Person | null>(null);
  const [code, setCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (!patient) return setCode('patient');
    const form = new FormData(event.currentTarget);
    const start = instant ? new Date() : new Date(formText(form, 'start'));
    const minutes = Number(form.get('length') ?? DEFAULT_LENGTH);
    setBusy(true);
    setCode(null);
    try {
      const visit = await createVisit({
        title: formText(form, 'title') || t('newVisit.instantName'),
        patientId: patient.id,
        scheduledStart: start.toISOString(),
        scheduledEnd: new Date(start.getTime() + minutes * 60_000).toISOString(),
        lobby: form.get('lobby') === 'on',
      });
      onCreated(visit);
    } catch (error) {
      setCode(error instanceof ApiError ? error.code : 'internal');
      setBusy(false);
    }
  }

  return (
    <Dialog title={instant ? t('newVisit.createNow') : t('newVisit.title')} onClose={onClose} testId="new-visit-dialog">
      <form className="form" onSubmit={(event) => void submit(event)}>
        <PatientField chosen={patient} onChoose={setPatient} />
        <div className="field">
          <label htmlFor="visit-title">{t('newVisit.name')}</label>
          <input
            id="visit-title"
            name="title"
            maxLength={200}
            required={!instant}
            placeholder={t('newVisit.namePlaceholder')}
            autoComplete="off"
            data-testid="new-visit-title"
          />
        </div>
        <div className="fields-row">
          {!instant && (
            <div className="field">
              <label htmlFor="visit-start">{t('newVisit.start')}</label>
              <input
                id="visit-start"
                name="start"
                type="datetime-local"
                required
                defaultValue={localTime(nextQuarter())}
                data-testid="new-visit-start"
              />
            </div>
          )}
          <div className="field">
            <label htmlFor="visit-length">{t('newVisit.length')}</label>
            <select id="visit-length" name="length" defaultValue={DEFAULT_LENGTH}>
              {LENGTHS.map((count) => (
                <option key={count} value={count}>
                  {t('newVisit.minutes', { count })}
                </option>
              ))}
            </select>
          </div>
        </div>
        <label className="check">
          <input type="checkbox" name="lobby" defaultChecked data-testid="new-visit-lobby" /> {t('newVisit.lobby')}
        </label>
        {code && (
          <Notice tone="bad" alert>
            {code === 'patient' ? t('newVisit.patientMissing') : errorText(code)}
          </Notice>
        )}
        <button type="submit" className="btn btn-primary" disabled={busy} data-testid="new-visit-submit">
          {instant ? t('newVisit.createNow') : t('newVisit.create')}
        </button>
      </form>
    </Dialog>
  );
}
