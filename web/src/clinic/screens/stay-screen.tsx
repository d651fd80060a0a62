import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { When } from '../blocks/when.tsx';
import { BedFields } from '../inpatients/bed-fields.tsx';
import { StayState } from '../inpatients/stay-list.tsx';
import { readStay, STALE, type Stay, STAYS } from '../inpatients/wards.ts';
import { usePractitioners } from '../practitioners.ts';
import { to } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

const readLog = async (id: string) => (await dataOf(api.GET('/api/v1/admissions/{id}/log', { params: { path: { id } } }))).items;

interface Values {
  bedId: string;
  attendingId: string;
  summary: string;
}

/** What can be done to a stay; each is guarded by the version that is shown. */
const steps = {
  move: ({ id, version }: Stay, { bedId }: Values) =>
    dataOf(api.POST('/api/v1/admissions/{id}/move', { params: { path: { id } }, body: { version, bedId } })),
  handOver: ({ id, version }: Stay, { attendingId }: Values) =>
    dataOf(api.POST('/api/v1/admissions/{id}/hand-over', { params: { path: { id } }, body: { version, attendingId } })),
  discharge: ({ id, version }: Stay, { summary }: Values) =>
    dataOf(api.POST('/api/v1/admissions/{id}/discharge', { params: { path: { id } }, body: { version, summary } })),
};
type Step = keyof typeof steps;
const STEPS = Object.keys(steps) as Step[];

function AttendingField() {
  const t = useTexts('inpatients');
  return (
    <Form.Item name="attendingId" label={t('attending')} rules={[{ required: true }]}>
      <Select options={usePractitioners()} data-testid="attending" />
    </Form.Item>
  );
}

function SummaryField() {
  const t = useTexts('inpatients');
  return (
    <Form.Item name="summary" label={t('summary')} rules={[{ required: true, whitespace: true }]}>
      <Input.TextArea rows={6} maxLength={10_000} data-testid="summary" />
    </Form.Item>
  );
}

const fields: Record<Step, () => React.JSX.Element> = { move: BedFields, handOver: AttendingField, discharge: SummaryField };

function Actions({ stay }: { stay: Stay }) {
  const t = useTexts('inpatients');
  const [step, setStep] = useState<Step>('move');
  const [open, setOpen] = useState(false);
  const Fields = fields[step];
  const begin = (next: Step) => {
    setStep(next);
    setOpen(true);
  };
  return (
    <>
      {STEPS.map((name) => (
        <Button key={name} danger={name === 'discharge'} onClick={() => begin(name)} data-testid={`stay-${name}`}>
          {t(name)}
        </Button>
      ))}
      <FormDialog<Values, unknown>
        title={t(step)}
        open={open}
        onClose={() => setOpen(false)}
        send={(values) => steps[step](stay, values)}
        stale={STALE}
        submit={t(step)}
      >
        <Fields />
      </FormDialog>
    </>
  );
}

function Log({ id }: { id: string }) {
  const t = useTexts('inpatients');
  const { data = [] } = useQuery({ queryKey: [STAYS, 'log', id], queryFn: () => readLog(id) });
  return (
    <section>
      <h2>{t('log')}</h2>
      <ul data-testid="stay-log">
        {data.map(({ action, at }) => (
          <li key={at}>
            <When at={at} /> {t(`actions.${action}`)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** `/clinic/inpatients/:id`: one stay in hospital. */
export default function StayScreen({ params }: ScreenProps) {
  const t = useTexts('inpatients');
  const id = params['id'] ?? '';
  const { data: stay, error, refetch } = useQuery({ queryKey: [STAYS, 'one', id], queryFn: () => readStay(id) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!stay) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={stay.patient.name} actions={stay.state === 'admitted' && <Actions stay={stay} />} />
      <Facts
        items={[
          { label: t('patient'), value: <Link to={to(`/patients/${stay.patient.id}`)}>{stay.patient.name}</Link> },
          { label: t('admissionNo'), value: stay.admissionNo },
          { label: t('state'), value: <StayState state={stay.state} /> },
          { label: t('bed'), value: `${stay.ward.name} ${stay.bed.label}` },
          { label: t('attending'), value: stay.attending.name },
          { label: t('admittedAt'), value: <When at={stay.admittedAt} /> },
          { label: t('dischargedAt'), value: stay.dischargedAt && <When at={stay.dischargedAt} /> },
          { label: t('reason'), value: stay.reason },
          { label: t('summary'), value: stay.summary },
        ]}
      />
      <Log id={id} />
    </>
  );
}
