/** What a prescription says, on its page and beside the video. */
import { Alert } from 'antd';
import { language } from '../i18n/index.ts';
import { useStore } from '../use-store.ts';
import { Facts } from './blocks/facts.tsx';
import { When } from './blocks/when.tsx';
import type { Prescription } from './prescriptions.tsx';
import { useTexts } from './texts/areas.ts';

function Contents({ prescription }: { prescription: Prescription }) {
  const t = useTexts('pharmacy');
  const patients = useTexts('patients');
  const shown = useStore(language);
  const { items, warnings } = prescription;
  return (
    <>
      {warnings.map((warning) => (
        <Alert
          key={warning.ruleId}
          type={warning.severity === 'severe' ? 'error' : 'warning'}
          showIcon
          title={`${t(warning.severity)}: ${shown === 'zh' ? warning.reasonZh : warning.reasonEn}`}
        />
      ))}
      <section aria-label={t('items')}>
        <h2>{t('items')}</h2>
        <ol>
          {items.map(({ medicineId, name, specification, quantity, unit, dose, doseUnit, frequency, days, note }) => (
            <li key={medicineId}>
              <strong>{name}</strong> {specification} × {quantity}
              {unit}
              <br />
              {t('usage', { dose, unit: patients(`units.${doseUnit}`), frequency: patients(`frequencies.${frequency}`), days })}
              {note && ` · ${note}`}
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

/** Needs the texts of `pharmacy` and, for units and frequencies, of `patients`. */
export function PrescriptionView({ prescription: data }: { prescription: Prescription }) {
  const t = useTexts('pharmacy');
  return (
    <>
      <Facts
        items={[
          { label: t('patient'), value: data.patientName },
          { label: t('doctor'), value: data.doctorName },
          { label: t('diagnoses'), value: data.diagnoses.map(({ name, code }) => `${name} (${code})`).join(' · ') },
          { label: t('created'), value: <When at={data.createdAt} /> },
          { label: t('reviewer'), value: data.reviewerName },
          { label: t('reason'), value: data.reason },
        ]}
      />
      <Contents prescription={data} />
    </>
  );
}
