import { useEffect, useState } from 'react';
import { useT } from '../i18n/index.ts';
import { findPatients, KEYWORD_LENGTH, type Person } from '../net/records.ts';

const PAUSE_MS = 250;

/** Search for a patient by name; the list below the field is plain buttons, so that every keyboard can use it. */
export function PatientField({ chosen, onChoose }: { chosen: Person | null; onChoose(person: Person | null): void }) {
  const t = useT();
  const [text, setText] = useState('');
  const [found, setFound] = useState<Person[] | null>(null);

  useEffect(() => {
    if (chosen) return;
    setFound(null);
    if (text.trim().length < KEYWORD_LENGTH) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      findPatients(text, abort.signal).then(
        ({ items }) => setFound(items),
        (error: unknown) => abort.signal.aborted || console.warn('patients', error),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, chosen]);

  return (
    <div className="field">
      <label htmlFor="patient">{t('newVisit.patient')}</label>
      <input
        id="patient"
        type="search"
        autoComplete="off"
        maxLength={100}
        placeholder={t('newVisit.patientPlaceholder')}
        value={chosen?.name ?? text}
        data-testid="patient-search"
        aria-describedby="patient-hint"
        onChange={(event) => {
          onChoose(null);
          setText(event.target.value);
        }}
      />
      {!chosen && !found && (
        <p className="hint" id="patient-hint">
          {t('newVisit.patientHint')}
        </p>
      )}
      {!chosen && found && (
        <ul className="options" aria-live="polite">
          {found.map((person) => (
            <li key={person.id}>
              <button type="button" data-testid="patient-option" onClick={() => onChoose(person)}>
                {person.name}
              </button>
            </li>
          ))}
          {found.length === 0 && <li className="hint">{t('newVisit.noPatient')}</li>}
        </ul>
      )}
    </div>
  );
}
