import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { useMay } from '../access.ts';
import { useConfirm } from '../blocks/confirm.tsx';
import { ExportButton } from '../blocks/export-button.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { useAction } from '../blocks/use-action.ts';
import { type Appointment, APPOINTMENTS, ORDERS } from '../booking.ts';
import { useNow } from '../clock.ts';
import { go } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

/** From when on somebody can be said not to have come, in milliseconds; the server has its own limit. */
const ABSENT_AFTER_MS = 15 * 60_000;

const pathOf = (id: string) => ({ path: { id } });
const cancel = ({ id, reason }: { id: string; reason: string }) =>
  dataOf(api.POST('/api/v1/appointments/{id}/cancel', { params: pathOf(id), body: { reason } }));
const absent = (id: string) => dataOf(api.POST('/api/v1/appointments/{id}/absence', { params: pathOf(id), body: { who: 'patient' } }));
const complete = (id: string) => dataOf(api.POST('/api/v1/appointments/{id}/complete', { params: pathOf(id) }));

function Cancel({ appointment: { id } }: { appointment: Appointment }) {
  const t = useTexts('booking');
  const confirm = useConfirm();
  const { run, busy } = useAction({ run: cancel, done: t('cancelled'), stale: [[APPOINTMENTS], [ORDERS]] });
  async function ask(): Promise<void> {
    const sure = await confirm({
      ...{ title: t('cancelTitle'), text: t('cancelText'), confirm: t('cancel'), cancel: t('keep'), danger: true },
      reason: { label: t('cancelReason'), required: true, max: 300 },
    });
    if (sure) run({ id, reason: sure.reason });
  }
  return (
    <Button type="text" danger loading={busy} onClick={() => void ask()} data-testid="appointment-cancel">
      {t('cancel')}
    </Button>
  );
}

interface Details {
  contactPerson: string;
  contactPhone: string;
  notes?: string | null;
}
const change = (id: string, { notes, ...contact }: Details) =>
  dataOf(api.PATCH('/api/v1/appointments/{id}', { params: pathOf(id), body: { ...contact, notes: notes?.trim() || null } }));

/** Whom to reach, and what it is about. */
function ChangeDetails({ appointment: { id, contactPerson, contactPhone, notes } }: { appointment: Appointment }) {
  const t = useTexts('booking');
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="appointment-change">
        {t('changeDetails')}
      </Button>
      <FormDialog<Details, unknown>
        title={t('changeDetails')}
        open={open}
        onClose={() => setOpen(false)}
        send={(values) => change(id, values)}
        stale={[[APPOINTMENTS]]}
        initialValues={{ contactPerson, contactPhone, notes }}
      >
        <Form.Item name="contactPerson" label={t('contact')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={60} autoComplete="name" />
        </Form.Item>
        <Form.Item name="contactPhone" label={t('phone')} rules={[{ required: true }]}>
          <Input maxLength={20} inputMode="tel" autoComplete="tel" />
        </Form.Item>
        <Form.Item name="notes" label={t('notes')}>
          <Input.TextArea rows={3} maxLength={1_000} placeholder={t('notesHint')} data-testid="change-notes" />
        </Form.Item>
      </FormDialog>
    </>
  );
}

/** What the doctor of an appointment, or the desk, can do about it. */
function Serving({ appointment }: { appointment: Appointment }) {
  const t = useTexts('booking');
  const may = useMay();
  const confirm = useConfirm();
  const now = useNow();
  const { id, status, startsAt, patient } = appointment;
  const missed = useAction({ run: absent, done: t('absentDone'), stale: [[APPOINTMENTS]] });
  const finish = useAction({ run: complete, done: t('finished'), stale: [[APPOINTMENTS]] });
  async function ask(what: 'absent' | 'finish'): Promise<void> {
    const sure = await confirm({ title: t(`${what}Title`), text: t(`${what}Text`), confirm: t(what), danger: what === 'absent' });
    if (sure) (what === 'absent' ? missed : finish).run(id);
  }
  const cared = status !== 'pending' && status !== 'cancelled';
  const from = `?appointment=${id}`;
  return (
    <>
      {status === 'confirmed' && now > Date.parse(startsAt) + ABSENT_AFTER_MS && (
        <Button danger loading={missed.busy} onClick={() => void ask('absent')}>
          {t('absent')}
        </Button>
      )}
      {cared && may('patients:read') && <Button onClick={() => go(`/patients/${patient.id}`)}>{t('patientFile')}</Button>}
      {cared && may('records:write') && <Button onClick={() => go(`/patients/${patient.id}/record${from}`)}>{t('record')}</Button>}
      {cared && may('prescriptions:write') && (
        <Button onClick={() => go(`/patients/${patient.id}/prescribe${from}`)}>{t('prescribe')}</Button>
      )}
      {status === 'in_progress' && (
        <Button type="primary" loading={finish.busy} onClick={() => void ask('finish')}>
          {t('finish')}
        </Button>
      )}
    </>
  );
}

/** What its reader can do about an appointment. */
export function AppointmentActions({ appointment, own }: { appointment: Appointment; own: boolean }) {
  const t = useTexts('booking');
  const may = useMay();
  const { id, status, orderId, appointmentNo, canCancel } = appointment;
  const desk = may('appointments:manage');
  return (
    <div className="clinic-actions">
      {canCancel && <Cancel appointment={appointment} />}
      {own && (status === 'pending' || status === 'confirmed') && <ChangeDetails appointment={appointment} />}
      {canCancel && (own || desk) && <Button onClick={() => go(`/appointments/${id}/move`)}>{t('move')}</Button>}
      {status === 'confirmed' && (
        <ExportButton path={`/api/v1/appointments/${id}/calendar`} fileName={`${appointmentNo}.ics`} label={t('calendar')} />
      )}
      {own && may('orders:own') && orderId && (
        <Button
          type={status === 'pending' ? 'primary' : 'default'}
          onClick={() => go(`/orders/${orderId}`)}
          data-testid="appointment-order"
        >
          {t(status === 'pending' ? 'pay' : status === 'cancelled' ? 'refund' : 'goTo')}
        </Button>
      )}
      {!own && (desk || may('appointments:serve')) && <Serving appointment={appointment} />}
    </div>
  );
}
