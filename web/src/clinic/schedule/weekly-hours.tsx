import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Empty, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useWeekdays } from '../lang.ts';
import { useTexts } from '../texts/areas.ts';
import { FRESH_HOURS, type Hours, hoursOf, SlotFields, TimeFields } from './hours-fields.tsx';
import { SCHEDULE, WEEKDAYS } from './keys.ts';

const PATH = '/api/v1/practitioners/{id}/work-rules';
const read = (id: string) => dataOf(api.GET(PATH, { params: { path: { id } } }));
type Rule = Awaited<ReturnType<typeof read>>['items'][number];

interface Values extends Hours {
  weekdays?: number[];
  weekday?: number;
  validFrom?: string;
  validUntil?: string;
}
interface Opened {
  id: string;
  version: number;
  /** null: new ones */
  rule: Rule | null;
}

function save({ id, version, rule }: Opened, values: Values, key: string) {
  const { weekdays = [], weekday = 1, validFrom, validUntil } = values;
  const hours = { ...hoursOf(values), validFrom: validFrom || null, validUntil: validUntil || null };
  if (!rule) {
    const body = { version, rules: [{ weekdays, ...hours }] };
    return dataOf(api.POST(PATH, { params: { path: { id } }, headers: { [IDEMPOTENCY_KEY]: key }, body }));
  }
  // The zone of hours that are there stays, also where it is not the clinic's.
  const body = { version, weekday, zone: rule.zone, ...hours };
  return dataOf(api.PUT(`${PATH}/{ruleId}`, { params: { path: { id, ruleId: rule.id } }, body }));
}
const remove = (id: string, ruleId: string) => dataOf(api.DELETE(`${PATH}/{ruleId}`, { params: { path: { id, ruleId } } }));

function RuleRow({ opened, onEdit }: { opened: Opened & { rule: Rule }; onEdit(opened: Opened): void }) {
  const weekday = useWeekdays();
  const t = useTexts('schedule');
  const admin = useTexts('admin');
  const { id, rule } = opened;
  const { start, end, slotMinutes, gapMinutes, capacity, serviceType, validFrom, validUntil } = rule;
  const about = `${weekday(rule.weekday)} ${start}`;
  const facts = [
    t('slotsOf', { minutes: slotMinutes }),
    gapMinutes > 0 && t('gapOf', { minutes: gapMinutes }),
    capacity > 1 && t('placesOf', { count: capacity }),
    serviceType,
    validFrom && t('fromDate', { date: validFrom }),
    validUntil && t('untilDate', { date: validUntil }),
  ];
  return (
    <li className="clinic-line" data-testid="work-rule">
      <span>
        <strong className="clinic-when">
          {start}–{end}
        </strong>{' '}
        <small>{facts.filter(Boolean).join(' · ')}</small>
      </span>
      <div className="clinic-actions">
        <Button size="small" aria-label={`${admin('edit')}: ${about}`} onClick={() => onEdit(opened)} data-testid="rule-edit">
          {admin('edit')}
        </Button>
        <ActionButton
          text={admin('remove')}
          about={about}
          danger
          run={() => remove(id, rule.id)}
          ask={{ title: t('removeHours', { hours: `${about}–${end}` }), text: t('bookedStays'), confirm: admin('remove'), danger: true }}
          done={admin('removed')}
          stale={[[SCHEDULE, id]]}
          testId="rule-remove"
        />
      </div>
    </li>
  );
}

function Fields({ fresh }: { fresh: boolean }) {
  const weekday = useWeekdays();
  const t = useTexts('schedule');
  const days = WEEKDAYS.map((value) => ({ value, label: weekday(value) }));
  return (
    <>
      {fresh ? (
        <Form.Item name="weekdays" label={t('days')} rules={[{ required: true }]}>
          <Checkbox.Group options={days} data-testid="rule-weekdays" />
        </Form.Item>
      ) : (
        <Form.Item name="weekday" label={t('day')} rules={[{ required: true }]}>
          <Select options={days} />
        </Form.Item>
      )}
      <TimeFields />
      <SlotFields />
      <div className="clinic-form-pair">
        <Form.Item name="validFrom" label={t('validFrom')}>
          <Input type="date" />
        </Form.Item>
        <Form.Item name="validUntil" label={t('validUntil')}>
          <Input type="date" />
        </Form.Item>
      </div>
    </>
  );
}

/** The pattern of a practitioner's week. */
export function WeeklyHours({ id }: { id: string }) {
  const weekday = useWeekdays();
  const t = useTexts('schedule');
  const { data, error, refetch } = useQuery({ queryKey: [SCHEDULE, id, 'hours'], queryFn: () => read(id) });
  const [opened, setOpened] = useState<Opened>();
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const { version, items } = data;
  const rule = opened?.rule;
  const initial = rule
    ? { ...rule, validFrom: rule.validFrom ?? '', validUntil: rule.validUntil ?? '' }
    : { ...FRESH_HOURS, weekdays: [1, 2, 3, 4, 5] };
  return (
    <section className="clinic-list">
      <div className="clinic-list-bar">
        <p>{t('intro.hours')}</p>
        <Button
          type="primary"
          icon={<PlusOutlined aria-hidden />}
          onClick={() => setOpened({ id, version, rule: null })}
          data-testid="rule-add"
        >
          {t('addHours')}
        </Button>
      </div>
      {items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noHours')} />}
      {WEEKDAYS.filter((day) => items.some((one) => one.weekday === day)).map((day) => (
        <article key={day} className="clinic-card" data-testid="weekday">
          <h2>{weekday(day)}</h2>
          <ul className="clinic-lines">
            {items
              .filter((rule) => rule.weekday === day)
              .map((one) => (
                <RuleRow key={one.id} opened={{ id, version, rule: one }} onEdit={setOpened} />
              ))}
          </ul>
        </article>
      ))}
      <FormDialog<Values, unknown>
        title={t(rule ? 'changeHours' : 'addHours')}
        open={opened !== undefined}
        onClose={() => setOpened(undefined)}
        send={async (values, key) => opened && save(opened, values, key)}
        stale={[[SCHEDULE, id]]}
        initialValues={initial as Partial<Values>}
      >
        <Fields fresh={!rule} />
      </FormDialog>
    </section>
  );
}
