import { useQuery } from '@tanstack/react-query';
import { Button, Empty, Form, Input, InputNumber, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useNow } from '../clock.ts';
import { useWeekdays } from '../lang.ts';
import { useTexts } from '../texts/areas.ts';
import { HOLIDAYS, SCHEDULE, WEEKDAYS } from './keys.ts';

const STALE = [[HOLIDAYS], [SCHEDULE]];
const FORMS = ['holiday', 'makeup', 'import'] as const;
type FormName = (typeof FORMS)[number];

const read = () => dataOf(api.GET('/api/v1/holidays'));
type Holidays = Awaited<ReturnType<typeof read>>;

interface Values {
  name: string;
  from: string;
  until: string;
  date: string;
  asWeekday: number;
  year: number;
}

function send(form: FormName, { name, from, until, date, asWeekday, year }: Values, key: string) {
  const headers = { [IDEMPOTENCY_KEY]: key };
  if (form === 'holiday') return dataOf(api.POST('/api/v1/holidays', { headers, body: { name, from, until } }));
  if (form === 'makeup') return dataOf(api.POST('/api/v1/makeup-days', { headers, body: { name, date, asWeekday } }));
  return dataOf(api.POST('/api/v1/holidays/import', { headers, body: { year } }));
}
const removeHoliday = (id: string) => dataOf(api.DELETE('/api/v1/holidays/{id}', { params: { path: { id } } }));
const removeMakeup = (id: string) => dataOf(api.DELETE('/api/v1/makeup-days/{id}', { params: { path: { id } } }));

interface RowProps {
  name: string;
  source: 'own' | 'national';
  onRemove(): Promise<unknown>;
  children: ReactNode;
}

function Row({ name, source, onRemove, children }: RowProps) {
  const t = useTexts('schedule');
  const admin = useTexts('admin');
  return (
    <li className="clinic-line" data-testid="holiday-row">
      <span>
        <strong>{name}</strong> <span className="clinic-when">{children}</span>{' '}
        {source === 'national' && <StatusTag tone="neutral">{t('national')}</StatusTag>}
      </span>
      <ActionButton
        text={admin('remove')}
        about={name}
        danger
        run={onRemove}
        ask={{ title: t('removeHoliday', { name }), confirm: admin('remove'), danger: true }}
        done={admin('removed')}
        stale={STALE}
        testId="holiday-remove"
      />
    </li>
  );
}

function Fields({ form }: { form: FormName }) {
  const t = useTexts('schedule');
  const weekday = useWeekdays();
  const rules = [{ required: true }];
  if (form === 'import') {
    return (
      <Form.Item name="year" label={t('year')} rules={rules} extra={t('importHint')}>
        <InputNumber min={2020} max={2100} precision={0} style={{ width: '100%' }} data-testid="import-year" />
      </Form.Item>
    );
  }
  return (
    <>
      <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={50} data-testid="holiday-name" />
      </Form.Item>
      {form === 'holiday' ? (
        <div className="clinic-form-pair">
          <Form.Item name="from" label={t('from')} rules={rules}>
            <Input type="date" data-testid="holiday-from" />
          </Form.Item>
          <Form.Item name="until" label={t('lastDay')} rules={rules}>
            <Input type="date" data-testid="holiday-until" />
          </Form.Item>
        </div>
      ) : (
        <div className="clinic-form-pair">
          <Form.Item name="date" label={t('date')} rules={rules}>
            <Input type="date" />
          </Form.Item>
          <Form.Item name="asWeekday" label={t('asWeekday')} rules={rules}>
            <Select options={WEEKDAYS.map((value) => ({ value, label: weekday(value) }))} />
          </Form.Item>
        </div>
      )}
    </>
  );
}

function Lists({ holidays, makeupDays }: Holidays) {
  const t = useTexts('schedule');
  const weekday = useWeekdays();
  const none = <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noHolidays')} />;
  return (
    <>
      <article className="clinic-card">
        <h2>{t('holidays')}</h2>
        {holidays.length === 0 && none}
        <ul className="clinic-lines">
          {holidays.map(({ id, name, from, until, source }) => (
            <Row key={id} name={name} source={source} onRemove={() => removeHoliday(id)}>
              {from === until ? from : `${from} – ${until}`}
            </Row>
          ))}
        </ul>
      </article>
      {makeupDays.length > 0 && (
        <article className="clinic-card">
          <h2>{t('makeupDays')}</h2>
          <ul className="clinic-lines">
            {makeupDays.map(({ id, name, date, asWeekday, source }) => (
              <Row key={id} name={name} source={source} onRemove={() => removeMakeup(id)}>
                {date} → {weekday(asWeekday)}
              </Row>
            ))}
          </ul>
        </article>
      )}
    </>
  );
}

/** Days on which the clinic is closed, and days of rest that are worked. */
export function HolidayList() {
  const t = useTexts('schedule');
  const { data, error, refetch } = useQuery({ queryKey: [HOLIDAYS], queryFn: read });
  const [form, setForm] = useState<FormName>();
  const nextYear = new Date(useNow()).getFullYear() + 1;
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <section className="clinic-list">
      <div className="clinic-list-bar">
        <p>{t('intro.holidays')}</p>
        <div className="clinic-actions">
          {FORMS.toReversed().map((name) => (
            <Button key={name} type={name === 'holiday' ? 'primary' : 'default'} onClick={() => setForm(name)} data-testid={`add-${name}`}>
              {t(`holidayForms.${name}`)}
            </Button>
          ))}
        </div>
      </div>
      <Lists {...data} />
      <FormDialog<Values, unknown>
        title={form ? t(`holidayForms.${form}`) : ''}
        open={form !== undefined}
        onClose={() => setForm(undefined)}
        send={async (values, key) => form && send(form, values, key)}
        stale={STALE}
        initialValues={{ year: nextYear }}
      >
        {form && <Fields form={form} />}
      </FormDialog>
    </section>
  );
}
