import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import type { paths } from '../../api/schema.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useTexts } from '../texts/areas.ts';
import { HistoryDialog, LATEST } from './history-dialog.tsx';
import { accountOf, fieldsOf, type PartnerField, type Values, valuesOf } from './partner-fields.ts';

const PARTNERS = 'partner-accounts';
const read = async () => (await dataOf(api.GET('/api/v1/partner-accounts'))).items;
type Partner = Awaited<ReturnType<typeof read>>[number];
type Body = paths['/api/v1/partner-accounts/{name}']['put']['requestBody']['content']['application/json'];

const write = (name: Partner['name'], body: Body) =>
  dataOf(api.PUT('/api/v1/partner-accounts/{name}', { params: { path: { name } }, body }));
const HISTORY = '/api/v1/partner-accounts/{name}/history';
const readHistory = async (name: Partner['name']) => (await dataOf(api.GET(HISTORY, { params: { path: { name }, query: LATEST } }))).items;

const isObject = (value: unknown): value is Values => typeof value === 'object' && value !== null;
/** Of an object in a list, what it is called. */
const wordOf = (value: unknown): string =>
  Array.isArray(value) ? value.map(wordOf).join(', ') : isObject(value) ? String(value['key'] ?? value['name']) : String(value);

/** What is shown of an account: its plain fields; of lists, what is in them. */
function AccountFacts({ account }: { account: unknown }) {
  const t = useTexts('admin');
  if (!isObject(account)) return null;
  const items = Object.entries(account).map(([name, value]) => ({
    label: t(`partners.fields.${name}` as 'partners.fields.secret', { defaultValue: name }),
    value: <span className="clinic-break">{wordOf(value)}</span>,
  }));
  return <Facts items={items} />;
}

function Field({ field, values }: { field: PartnerField; values: Values }) {
  const t = useTexts('admin');
  const { name, kind, optional, of } = field;
  if (of && values['provider'] !== of) return null;
  const isJson = async (_rule: unknown, typed: unknown) => void JSON.parse(String(typed));
  const input =
    kind === 'secret' ? (
      <Input.Password autoComplete="new-password" />
    ) : kind === 'choice' ? (
      <Select options={(field.choices ?? []).map((value) => ({ value, label: t(`partners.providers.${value}`) }))} />
    ) : kind === 'lines' || kind === 'json' ? (
      <Input.TextArea rows={kind === 'json' ? 10 : 3} autoComplete="off" spellCheck={false} />
    ) : (
      <Input autoComplete="off" />
    );
  return (
    <Form.Item
      name={['account', name]}
      label={t(`partners.fields.${name}`)}
      extra={field.example ? t('partners.example', { example: field.example }) : kind === 'lines' && t('partners.lines')}
      rules={[
        { required: !optional, whitespace: kind !== 'choice' },
        ...(kind === 'json' ? [{ validator: isJson, message: t('noJson') }] : []),
      ]}
    >
      {input}
    </Form.Item>
  );
}

/** The fields of an account; which, depends on the provider that is chosen. */
function AccountFields({ name }: { name: Partner['name'] }) {
  const t = useTexts('admin');
  const form = Form.useFormInstance();
  const values = (Form.useWatch('account', form) as Values | undefined) ?? {};
  return (
    <>
      <p>{t('partners.secretHint')}</p>
      {fieldsOf(name).map((field) => (
        <Field key={field.name} field={field} values={values} />
      ))}
    </>
  );
}

function History({ partner: { name }, title, onClose }: { partner: Partner; title: string; onClose(): void }) {
  const t = useTexts('admin');
  return (
    <HistoryDialog
      {...{ name: title, queryKey: [PARTNERS, name, 'history'], onClose }}
      read={() => readHistory(name)}
      testId="partner-change"
    >
      {({ enabled, account, newSecrets }) => (
        <div>
          <strong>{t(enabled ? 'partners.on' : 'partners.off')}</strong>
          {newSecrets && <small> · {t('partners.newSecrets')}</small>}
          {account === null ? <p>{t('partners.sources.environment')}</p> : <AccountFacts account={account} />}
        </div>
      )}
    </HistoryDialog>
  );
}

interface CardProps {
  partner: Partner;
  title: string;
  onEdit(partner: Partner): void;
  onHistory(partner: Partner): void;
}

function Card({ partner, title, onEdit, onHistory }: CardProps) {
  const t = useTexts('admin');
  const { name, enabled, source, account, usable, version } = partner;
  const common = { about: title, stale: [[PARTNERS]], done: t('partners.changed') };
  return (
    <article className="clinic-card" data-testid="partner-card" data-partner={name}>
      <div className="clinic-card-head">
        <h3 style={{ margin: 0 }}>{title}</h3>
        <StatusTag tone={!usable ? 'bad' : enabled ? 'good' : 'neutral'}>
          {t(!usable ? 'partners.unusable' : enabled ? 'partners.on' : 'partners.off')}
        </StatusTag>
      </div>
      <p>{t(`partners.sources.${source ?? 'none'}`)}</p>
      <AccountFacts account={account} />
      <div className="clinic-actions">
        {version > 0 && (
          <Button size="small" aria-label={`${t('history')}: ${title}`} onClick={() => onHistory(partner)} data-testid="partner-history">
            {t('history')}
          </Button>
        )}
        <Button size="small" aria-label={`${t('edit')}: ${title}`} onClick={() => onEdit(partner)} data-testid="partner-edit">
          {t('edit')}
        </Button>
        {source === 'stored' && (
          <ActionButton
            {...common}
            text={t('partners.reset')}
            run={() => write(name, { enabled, account: null, version })}
            ask={{
              title: t('partners.resetTitle', { name: title }),
              text: t('partners.resetText'),
              confirm: t('partners.reset'),
              danger: true,
            }}
            testId="partner-reset"
          />
        )}
        {usable && source && (
          <ActionButton
            {...common}
            text={t(enabled ? 'partners.switchOff' : 'partners.switchOn')}
            danger={enabled}
            run={() => write(name, { enabled: !enabled, version })}
            {...(enabled && { ask: { title: t('partners.offTitle', { name: title }), confirm: t('partners.switchOff'), danger: true } })}
            testId="partner-toggle"
          />
        )}
      </div>
    </article>
  );
}

/** The accounts of the clinic at other services: what is asked, by whom, and what has changed; no secret is shown. */
export function PartnerAccounts() {
  const t = useTexts('admin');
  const { data, error, refetch } = useQuery({ queryKey: [PARTNERS], queryFn: read });
  const [edited, setEdited] = useState<Partner>();
  const [looked, setLooked] = useState<Partner>();
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <>
      <p>{t('partners.intro')}</p>
      <div className="clinic-cards">
        {data.map((partner) => (
          <Card key={partner.name} partner={partner} title={t(`partners.names.${partner.name}`)} onEdit={setEdited} onHistory={setLooked} />
        ))}
      </div>
      <FormDialog<{ account: Values }, unknown>
        title={edited ? t(`partners.names.${edited.name}`) : ''}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={async ({ account }) =>
          edited && write(edited.name, { enabled: true, account: accountOf(edited.name, account), version: edited.version })
        }
        stale={[[PARTNERS]]}
        initialValues={{ account: edited ? valuesOf(edited.name, edited.account) : {} }}
      >
        {edited && <AccountFields name={edited.name} />}
      </FormDialog>
      {looked && <History partner={looked} title={t(`partners.names.${looked.name}`)} onClose={() => setLooked(undefined)} />}
    </>
  );
}
