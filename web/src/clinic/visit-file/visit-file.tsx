/**
 * The patient's file beside the video, for the doctor of the visit: who they are, what was written and prescribed, and the forms
 * to write and prescribe. Loaded when it is opened; nothing of it is on the way into a visit.
 */
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Tabs } from 'antd';
import { useState } from 'react';
import { api, ApiFailure, dataOf } from '../../api/client.ts';
import { useMay } from '../access.ts';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { readAppointment } from '../booking.ts';
import { Surroundings } from '../clinic.tsx';
import { HEALTH, HealthFacts, readHealth } from '../health-profile.tsx';
import { ErrorBoundary } from '../layout/error-boundary.tsx';
import { type Patient, PATIENTS, readPatient, type VisitContext } from '../patients.tsx';
import { PrescribeForm } from '../prescribe-form.tsx';
import { PrescriptionView } from '../prescription-view.tsx';
import { PrescriptionState, PRESCRIPTIONS, readPrescription } from '../prescriptions.tsx';
import { RecordForm } from '../record-form.tsx';
import { FullRecordView } from '../full-record.tsx';
import { readFullRecord, RECORDS } from '../records.ts';
import { loadTexts, useTexts } from '../texts/areas.ts';
import { readVisit, VISITS } from '../visits.ts';
import { FileList, Reading } from './file-list.tsx';

interface PartProps {
  patient: Patient;
}

function Overview({ patient }: PartProps) {
  const t = useTexts('patients');
  return (
    <div className="clinic-stack">
      <Facts
        items={[
          { label: t('sex'), value: t(`sexes.${patient.sex}`) },
          { label: t('birthDate'), value: patient.birthDate },
          { label: t('phone'), value: patient.phone },
        ]}
      />
      <Reading name={[HEALTH, patient.id]} load={() => readHealth(patient.id)}>
        {(profile) => <HealthFacts profile={profile} />}
      </Reading>
    </div>
  );
}

function Records({ patient: { id } }: PartProps) {
  const t = useTexts('patients');
  return (
    <FileList
      name={[RECORDS, 'of', id]}
      load={(page) => dataOf(api.GET('/api/v1/medical-records', { params: { query: { ...page, patientId: id } } }))}
      row={({ kind, visitedAt, author }) => ({
        title: (
          <>
            {t(`recordKinds.${kind}`)} · <When at={visitedAt} />
          </>
        ),
        text: author.name,
      })}
      empty={t('noRecords')}
      open={(recordId) => (
        <Reading name={[RECORDS, 'full', recordId]} load={() => readFullRecord(recordId)}>
          {(full) => <FullRecordView full={full} aside />}
        </Reading>
      )}
    />
  );
}

function Prescriptions({ patient: { id } }: PartProps) {
  const t = useTexts('patients');
  return (
    <FileList
      name={[PRESCRIPTIONS, 'of', id]}
      load={(page) => dataOf(api.GET('/api/v1/prescriptions', { params: { query: { ...page, patientId: id } } }))}
      row={({ prescriptionNo, status, doctorName, createdAt }) => ({
        title: prescriptionNo,
        state: <PrescriptionState status={status} />,
        text: (
          <>
            {doctorName} · <When at={createdAt} />
          </>
        ),
      })}
      empty={t('file.noPrescriptions')}
      open={(prescriptionId) => (
        <Reading name={[PRESCRIPTIONS, 'one', prescriptionId]} load={() => readPrescription(prescriptionId)}>
          {(prescription) => <PrescriptionView prescription={prescription} />}
        </Reading>
      )}
    />
  );
}

function Visits({ patient: { id } }: PartProps) {
  const t = useTexts('patients');
  const params = { path: { userId: id } };
  return (
    <FileList
      name={[PATIENTS, 'visits', id]}
      load={(page) =>
        dataOf(api.GET('/api/v1/patients/{userId}/timeline', { params: { ...params, query: { ...page, kinds: 'visit,admission' } } }))
      }
      row={({ title, at, with: other, kind }) => ({
        title,
        ...(kind === 'admission' && { state: <StatusTag tone="info">{t('kinds.admission')}</StatusTag> }),
        text: (
          <>
            <When at={at} /> {other && `· ${other}`}
          </>
        ),
      })}
      empty={t('file.noVisits')}
    />
  );
}

function File({ patient, context }: PartProps & { context: VisitContext }) {
  const t = useTexts('patients');
  const may = useMay();
  const [form, setForm] = useState<'record' | 'prescription' | null>(null);
  const [part, setPart] = useState('patient');
  const close = () => setForm(null);
  if (form === 'record') {
    return (
      <>
        <h3>{t('writeRecord')}</h3>
        <RecordForm
          patient={patient}
          context={context}
          onCancel={close}
          onDone={() => {
            setPart('records');
            close();
          }}
        />
      </>
    );
  }
  if (form === 'prescription') {
    return (
      <>
        <h3>{t('prescribe')}</h3>
        <PrescribeForm
          patient={patient}
          context={context}
          onCancel={close}
          onDone={() => {
            setPart('prescriptions');
            close();
          }}
        />
      </>
    );
  }
  return (
    <>
      <div className="clinic-card-head">
        <h3>{patient.name}</h3>
        <div className="clinic-actions">
          {may('records:write') && (
            <Button size="small" onClick={() => setForm('record')} data-testid="file-write-record">
              {t('writeRecord')}
            </Button>
          )}
          {may('prescriptions:write') && (
            <Button size="small" type="primary" onClick={() => setForm('prescription')} data-testid="file-prescribe">
              {t('prescribe')}
            </Button>
          )}
        </div>
      </div>
      <Tabs
        size="small"
        activeKey={part}
        onChange={setPart}
        destroyOnHidden
        items={[
          { key: 'patient', label: t('file.views.patient'), children: <Overview patient={patient} /> },
          { key: 'records', label: t('file.views.records'), children: <Records patient={patient} /> },
          { key: 'prescriptions', label: t('file.views.prescriptions'), children: <Prescriptions patient={patient} /> },
          { key: 'visits', label: t('file.views.visits'), children: <Visits patient={patient} /> },
        ]}
      />
    </>
  );
}

/** Until both sides have met the visit makes nobody a patient, unless they were before. */
const isStranger = (error: unknown): boolean => error instanceof ApiFailure && (error.code === 'not_found' || error.code === 'forbidden');
/** How often a file that could not be opened yet is tried again, in milliseconds. */
const AGAIN_MS = 5_000;

/** Whose file it is and, where it was booked, for whom of the account; null as long as it may not be opened. */
async function readFile(visitId: string) {
  const visit = await readVisit(visitId);
  const { appointmentId } = visit;
  const [patient, appointment] = await Promise.all([
    readPatient(visit.patient.id).catch((error: unknown) => {
      if (isStranger(error)) return null;
      throw error;
    }),
    appointmentId === null ? null : readAppointment(appointmentId),
  ]);
  return patient && { patient, context: { appointmentId, consultationId: visitId, profileId: appointment?.profileId ?? null } };
}

function Opened({ visitId }: { visitId: string }) {
  const t = useTexts('patients');
  const { data, error, refetch } = useQuery({
    queryKey: [VISITS, 'file', visitId],
    queryFn: () => readFile(visitId),
    refetchInterval: ({ state }) => (state.data === null ? AGAIN_MS : false),
  });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <PageSkeleton rows={4} />;
  return data === null ? <Alert type="info" showIcon title={t('file.notYet')} /> : <File {...data} />;
}

export default function VisitFile({ visitId }: { visitId: string }) {
  return (
    <Surroundings>
      <ErrorBoundary>
        <Opened visitId={visitId} />
      </ErrorBoundary>
    </Surroundings>
  );
}

await Promise.all((['patients', 'health', 'pharmacy'] as const).map(loadTexts));
