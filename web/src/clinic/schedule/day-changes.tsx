import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Empty, Form, Input, Select, Switch } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { clinicDate } from '../booking.ts';
import { clinicZone, dateInWords } from '../clock.ts';
import { useLang } from '../lang.ts';
import { useTexts } from '../texts/areas.ts';
import { FRESH_HOURS, type Hours, hoursOf, SlotFields, TimeFields } from './hours-fields.tsx';
import { SCHEDULE } from './keys.ts';

const PATH = '/api/v1/practitioners/{id}/adjustments';
const KINDS = ['closed', 'extra', 'replaced'] as const;
type Kind = (typeof KINDS)[number];
const TONES: Record<Kind, Tone> = { closed: 'warn', extra: 'good', replaced: 'info' };

const read = (id: string) => dataOf(api.GET(PATH, { params: { path: { id } } }));
type Change = Awaited<ReturnType<typeof read>>['items'][number];

interface Values extends Partial<Hours> {
  kind: Kind;
  date: string;
  note?: string;
  despiteHoliday?: boolean;
}

function add(id: string, version: number, values: Values, key: string) {
  const { kind, date, start, end, despiteHoliday = false } = values;
  const common = { dates: [date], note: values.note?.trim() || null };
  const change =
    kind === 'closed'
      ? { kind, start: start || null, end: end || null, ...common }
      : { kind, ...hoursOf(values as Hours), despiteHoliday, ...common };
  const body = { version, adjustments: [change] };
  return dataOf(api.POST(PATH, { params: { path: { id } }, headers: { [IDEMPOTENCY_KEY]: key }, body }));
}
const remove = (id: string, adjustmentId: string) =>
  dataOf(api.DELETE(`${PATH}/{adjustmentId}`, { params: { path: { id, adjustmentId } } }));

function ChangeRow({ id, change }: { id: string; change: Change }) {
  const t = useTexts('schedule');
  const admin = useTexts('admin');
  const lang = useLang();
  const { kind, date, start, end, slotMinutes, note } = change;
  const day = dateInWords(date, lang);
  const facts = [slotMinutes !== null && t('slotsOf', { minutes: slotMinutes }), note];
  return (
    <li className="clinic-card" data-testid="day-change">
      <div className="clinic-card-head">
        <h2>{day}</h2>
        <StatusTag tone={TONES[kind]}>{t(`changeKinds.${kind}`)}</StatusTag>
      </div>
      <p>
        <span className="clinic-when">{start || end ? `${start ?? '00:00'}–${end ?? '24:00'}` : t('wholeDay')}</span>{' '}
        <small>{facts.filter(Boolean).join(' · ')}</small>
      </p>
      <div className="clinic-actions">
        <ActionButton
          text={admin('remove')}
          about={`${day} ${start ?? ''}`}
          danger
          run={() => remove(id, change.id)}
          ask={{ title: t('removeChange', { day }), confirm: admin('remove'), danger: true }}
          done={admin('removed')}
          stale={[[SCHEDULE, id]]}
          testId="change-remove"
        />
      </div>
    </li>
  );
}

function Fields() {
  const t = useTexts('schedule');
  const kind = Form.useWatch<Kind | undefined>('kind');
  return (
    <>
      <Form.Item name="kind" label={t('changeKind')} rules={[{ required: true }]} extra={kind && t(`changeHints.${kind}`)}>
        <Select options={KINDS.map((value) => ({ value, label: t(`changeKinds.${value}`) }))} data-testid="change-kind" />
      </Form.Item>
      <Form.Item name="date" label={t('date')} rules={[{ required: true }]}>
        <Input type="date" min={clinicDate(0, clinicZone.get())} data-testid="change-date" />
      </Form.Item>
      <TimeFields required={kind !== 'closed'} />
      {kind && kind !== 'closed' && (
        <>
          <SlotFields />
          <Form.Item name="despiteHoliday" label={t('despiteHoliday')} valuePropName="checked">
            <Switch />
          </Form.Item>
        </>
      )}
      <Form.Item name="note" label={t('note')}>
        <Input maxLength={200} data-testid="change-note" />
      </Form.Item>
    </>
  );
}

/** Single days that are not like others of their weekday. */
export function DayChanges({ id }: { id: string }) {
  const t = useTexts('schedule');
  const { data, error, refetch } = useQuery({ queryKey: [SCHEDULE, id, 'changes'], queryFn: () => read(id) });
  const [open, setOpen] = useState(false);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <section className="clinic-list">
      <div className="clinic-list-bar">
        <p>{t('intro.changes')}</p>
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setOpen(true)} data-testid="change-add">
          {t('addChange')}
        </Button>
      </div>
      {data.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noChanges')} />}
      <ul className="clinic-cards">
        {data.items.map((change) => (
          <ChangeRow key={change.id} id={id} change={change} />
        ))}
      </ul>
      <FormDialog<Values, unknown>
        title={t('addChange')}
        open={open}
        onClose={() => setOpen(false)}
        send={(values, key) => add(id, data.version, values, key)}
        stale={[[SCHEDULE, id]]}
        initialValues={{ slotMinutes: FRESH_HOURS.slotMinutes, gapMinutes: 0, capacity: 1, kind: 'closed' }}
      >
        <Fields />
      </FormDialog>
    </section>
  );
}
