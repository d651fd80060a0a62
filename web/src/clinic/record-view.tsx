/** A medical record to read: what it says now, and what it said before it was corrected. */
import { useQuery } from '@tanstack/react-query';
import { Alert, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../api/client.ts';
import { Facts } from './blocks/facts.tsx';
import { Failure } from './blocks/failure.tsx';
import { When } from './blocks/when.tsx';
import { type MedicalRecord, RECORDS } from './records.ts';
import { useTexts } from './texts/areas.ts';

const readVersions = async (id: string) =>
  (await dataOf(api.GET('/api/v1/medical-records/{id}/versions', { params: { path: { id } } }))).items;
const readVersion = (id: string, version: number) =>
  dataOf(api.GET('/api/v1/medical-records/{id}/versions/{version}', { params: { path: { id, version } } }));
type Content = MedicalRecord['content'];

function Vitals({ vitals }: { vitals: NonNullable<Content['vitals']> }) {
  const t = useTexts('patients');
  const { bloodPressure, temperature, pulse, respiration, oxygenSaturation, heightCm, weightKg } = vitals;
  return (
    <section className="clinic-record-section">
      <h2>{t('vitals')}</h2>
      <Facts
        items={[
          { label: t('bloodPressure'), value: bloodPressure && `${bloodPressure.systolic}/${bloodPressure.diastolic} mmHg` },
          { label: t('temperature'), value: temperature && `${temperature} °C` },
          { label: t('pulse'), value: pulse },
          { label: t('respiration'), value: respiration },
          { label: t('oxygen'), value: oxygenSaturation && `${oxygenSaturation} %` },
          { label: t('heightCm'), value: heightCm },
          { label: t('weightKg'), value: weightKg },
        ]}
      />
    </section>
  );
}

function Contents({ content: { sections, diagnoses, vitals, medications } }: { content: Content }) {
  const t = useTexts('patients');
  return (
    <>
      {diagnoses.length > 0 && (
        <section className="clinic-record-section">
          <h2>{t('diagnoses')}</h2>
          <p>{diagnoses.map(({ name, code }) => `${name} (${code})`).join('\n')}</p>
        </section>
      )}
      {sections.map(({ key, title, text }) => (
        <section key={key + (title ?? '')} className="clinic-record-section">
          <h2>{title ?? t(`sectionKeys.${key}`)}</h2>
          <p>{text}</p>
        </section>
      ))}
      {vitals && Object.keys(vitals).length > 0 && <Vitals vitals={vitals} />}
      {medications.length > 0 && (
        <section className="clinic-record-section">
          <h2>{t('medications')}</h2>
          <p>
            {medications
              .map(
                ({ name, dosage: { amount, unit, frequency, route } }) =>
                  `${name}: ${amount} ${t(`units.${unit}`)} · ${t(`frequencies.${frequency}`)} · ${t(`routes.${route}`)}`,
              )
              .join('\n')}
          </p>
        </section>
      )}
    </>
  );
}

function Earlier({ id, version, latest }: { id: string; version: number; latest: number }) {
  const t = useTexts('patients');
  const { data, error, refetch } = useQuery({
    queryKey: [RECORDS, 'version', id, version],
    queryFn: () => readVersion(id, version),
  });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <Alert type="warning" showIcon title={t('earlierVersion', { version, latest })} data-testid="earlier-version" />
      {data && <Contents content={data.content} />}
    </>
  );
}

/** Which version is shown, and who changed it when and why. */
function Versions({ record: { id, version }, shown, onShow }: { record: MedicalRecord; shown: number; onShow(version: number): void }) {
  const t = useTexts('patients');
  const { data, error, refetch } = useQuery({ queryKey: [RECORDS, 'versions', id, version], queryFn: () => readVersions(id) });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  const chosen = data?.find((entry) => entry.version === shown);
  return (
    <section aria-label={t('versions')} className="clinic-section">
      <label className="clinic-field-label" htmlFor="record-version">
        {t('versions')}
      </label>
      <Select
        id="record-version"
        value={shown}
        onChange={onShow}
        options={(data ?? []).map((entry) => ({
          value: entry.version,
          label: entry.version === version ? t('versionNow', { number: entry.version }) : t('versionNo', { number: entry.version }),
        }))}
        data-testid="record-version"
      />
      {chosen && (
        <p>
          {chosen.author.name} · <When at={chosen.createdAt} />
          {chosen.reason && ` · ${t('correctionReason')}: ${chosen.reason}`}
        </p>
      )}
    </section>
  );
}

export function RecordView({ record }: { record: MedicalRecord }) {
  const t = useTexts('patients');
  const [chosen, setChosen] = useState<number | null>(null);
  const { id, content, patient, author, version } = record;
  const shown = chosen ?? version;
  return (
    <>
      <Facts
        items={[
          { label: t('forWhom'), value: patient.name },
          { label: t('with'), value: author.name },
        ]}
      />
      {version > 1 && <Versions record={record} shown={shown} onShow={setChosen} />}
      {shown === version ? <Contents content={content} /> : <Earlier id={id} version={shown} latest={version} />}
    </>
  );
}
