import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Form, Input, InputNumber, Switch } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import type { paths } from '../../api/schema.ts';
import { Failure } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { PartnerAccounts } from '../lists/partner-accounts.tsx';
import { SettingHistory, useSettingText } from '../lists/setting-history.tsx';
import { useTexts } from '../texts/areas.ts';

const SETTINGS = 'settings';
const GROUPS = ['business', 'system', 'partner'] as const;

const read = async () => (await dataOf(api.GET('/api/v1/settings'))).items;
type Setting = Awaited<ReturnType<typeof read>>[number];
type Key = paths['/api/v1/settings/{key}']['put']['parameters']['path']['key'];

const write = (key: Key, value: unknown, version: number) =>
  dataOf(api.PUT('/api/v1/settings/{key}', { params: { path: { key } }, body: { value, version } }));

/** What is neither text, number nor switch is edited as JSON. */
const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

/** @throws {SyntaxError} what should be JSON is none */
function valueOf(setting: Setting, typed: unknown): unknown {
  return setting.secret || isPlain(setting.value) ? typed : JSON.parse(String(typed));
}

function Field({ setting }: { setting: Setting }) {
  const t = useTexts('admin');
  const { secret, value } = setting;
  const isSwitch = typeof value === 'boolean';
  const json = !secret && !isPlain(value);
  const isJson = async (_rule: unknown, typed: string) => void JSON.parse(typed);
  const input = secret ? (
    <Input.Password autoComplete="off" />
  ) : isSwitch ? (
    <Switch />
  ) : typeof value === 'number' ? (
    <InputNumber style={{ width: '100%' }} data-testid="setting-value" />
  ) : json ? (
    <Input.TextArea rows={4} data-testid="setting-value" />
  ) : (
    <Input data-testid="setting-value" />
  );
  return (
    <Form.Item
      name="value"
      label={t('value')}
      extra={setting.key}
      valuePropName={isSwitch ? 'checked' : 'value'}
      rules={[{ required: !isSwitch }, ...(json ? [{ validator: isJson, message: t('noJson') }] : [])]}
    >
      {input}
    </Form.Item>
  );
}

/** What a parameter is called; a test holds that there is a name for each. */
function useNames(): (setting: Setting) => string {
  const t = useTexts('settings');
  return ({ key, description }) => t(key as 'clinic.name', { defaultValue: description });
}

interface RowProps {
  setting: Setting;
  onEdit(setting: Setting): void;
  onHistory(setting: Setting): void;
}

function Row({ setting, onEdit, onHistory }: RowProps) {
  const t = useTexts('admin');
  const name = useNames()(setting);
  const textOf = useSettingText();
  return (
    <article className="clinic-card" data-testid="setting-card" data-setting={setting.key}>
      <div className="clinic-card-head">
        <h3 style={{ margin: 0 }}>{name}</h3>
        {!setting.isSet && <StatusTag tone="neutral">{t('standard')}</StatusTag>}
      </div>
      <p>
        <strong className="clinic-break">{textOf(setting.secret ? null : setting.value)}</strong> <small>{setting.key}</small>
      </p>
      <div className="clinic-actions">
        {setting.isSet && (
          <Button size="small" aria-label={`${t('history')}: ${name}`} onClick={() => onHistory(setting)} data-testid="setting-history">
            {t('history')}
          </Button>
        )}
        <Button size="small" aria-label={`${t('edit')}: ${name}`} onClick={() => onEdit(setting)} data-testid="setting-edit">
          {t('edit')}
        </Button>
      </div>
    </article>
  );
}

/** The holidays of a year have to be entered before it can be booked rightly. */
function HolidayNotice() {
  const t = useTexts('admin');
  const { data } = useQuery({ queryKey: ['holiday-coverage'], queryFn: () => dataOf(api.GET('/api/v1/holidays/coverage')) });
  if (!data?.missing) return null;
  const announced = data.years.some(({ year, announced: known }) => year === data.missing && known);
  return (
    <Alert
      type="warning"
      showIcon
      role="status"
      title={t('holidaysMissing', { year: data.missing })}
      description={t(announced ? 'holidaysToTake' : 'holidaysToEnter')}
      data-testid="holiday-notice"
    />
  );
}

/** `/clinic/settings`: the parameters that can be changed while the server runs. */
export default function SettingsScreen() {
  const t = useTexts('admin');
  const shell = useTexts('shell');
  const nameOf = useNames();
  const { data, error, refetch } = useQuery({ queryKey: [SETTINGS], queryFn: read });
  const [edited, setEdited] = useState<Setting>();
  const [looked, setLooked] = useState<Setting>();
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const { value, secret } = edited ?? {};
  return (
    <>
      <PageHeader title={shell('screens.settings')} lead={t('intro.settings')} />
      <HolidayNotice />
      {GROUPS.map((group) => (
        <section key={group} aria-label={t(`groups.${group}`)} className="clinic-list">
          <h2>{t(`groups.${group}`)}</h2>
          {group === 'partner' && <PartnerAccounts />}
          <div className="clinic-cards">
            {data
              .filter((setting) => setting.group === group)
              .map((setting) => (
                <Row key={setting.key} setting={setting} onEdit={setEdited} onHistory={setLooked} />
              ))}
          </div>
        </section>
      ))}
      <FormDialog<{ value: unknown }, unknown>
        title={edited ? nameOf(edited) : t('edit')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={async (values) => edited && write(edited.key as Key, valueOf(edited, values.value), edited.version)}
        stale={[[SETTINGS]]}
        initialValues={{ value: secret ? '' : isPlain(value) ? value : JSON.stringify(value) }}
      >
        {edited && <Field setting={edited} />}
      </FormDialog>
      {looked && <SettingHistory settingKey={looked.key as Key} name={nameOf(looked)} onClose={() => setLooked(undefined)} />}
    </>
  );
}
