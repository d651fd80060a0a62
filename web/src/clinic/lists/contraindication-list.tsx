import { PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useTexts } from '../texts/areas.ts';
import { EnabledActions } from './enabled-actions.tsx';

const RULES = 'contraindications';
const KINDS = ['drug', 'allergy', 'condition'] as const;
const SEVERITIES = ['mild', 'severe'] as const;

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const kind = KINDS.find((known) => known === filters['kind']);
  const query = { page, pageSize, ...(kind && { kind }) };
  return dataOf(api.GET('/api/v1/contraindications', { params: { query }, signal }));
}
type Rule = Awaited<ReturnType<typeof load>>['items'][number];
type Values = Omit<Rule, 'id' | 'enabled'>;
type Change = Partial<Pick<Rule, 'severity' | 'reasonZh' | 'reasonEn' | 'enabled'>>;

/** Of which two things it speaks. */
const pairOf = ({ ingredient, against }: Rule): string => `${ingredient} · ${against}`;

const change = (id: string, body: Change) => dataOf(api.PATCH('/api/v1/contraindications/{id}', { params: { path: { id } }, body }));

function save(rule: Rule | null, values: Values, key: string) {
  const { severity, reasonZh, reasonEn } = values;
  if (rule) return change(rule.id, { severity, reasonZh, reasonEn });
  return dataOf(api.POST('/api/v1/contraindications', { headers: { [IDEMPOTENCY_KEY]: key }, body: values }));
}

/** @param fresh of a new one; what it is about does not change afterwards */
function Fields({ fresh }: { fresh: boolean }) {
  const t = useTexts('medicines');
  const required = [{ required: true, whitespace: true }];
  return (
    <>
      {fresh && (
        <>
          <Form.Item name="kind" label={t('kind')} rules={[{ required: true }]}>
            <Select options={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))} />
          </Form.Item>
          <Form.Item name="ingredient" label={t('ingredient')} rules={required}>
            <Input maxLength={60} data-testid="rule-ingredient" />
          </Form.Item>
          <Form.Item name="against" label={t('against')} extra={t('againstHint')} rules={required}>
            <Input maxLength={60} data-testid="rule-against" />
          </Form.Item>
        </>
      )}
      <Form.Item name="severity" label={t('severity')} rules={[{ required: true }]}>
        <Select options={SEVERITIES.map((value) => ({ value, label: t(`severities.${value}`) }))} />
      </Form.Item>
      <Form.Item name="reasonZh" label={t('reasonZh')} rules={required}>
        <Input maxLength={300} data-testid="rule-reason-zh" />
      </Form.Item>
      <Form.Item name="reasonEn" label={t('reasonEn')} rules={required}>
        <Input maxLength={300} data-testid="rule-reason-en" />
      </Form.Item>
    </>
  );
}

/** What is checked when somebody prescribes. */
export function ContraindicationList() {
  const t = useTexts('medicines');
  const shell = useTexts('shell');
  const chinese = useStore(language) === 'zh';
  const list = useListState();
  /** null: a new one; absent: the dialog is closed. */
  const [edited, setEdited] = useState<Rule | null>();
  const columns: Column<Rule>[] = [
    { key: 'ingredient', title: t('ingredient'), pinned: true, render: ({ ingredient }) => ingredient },
    { key: 'against', title: t('against'), render: ({ against }) => against },
    { key: 'kind', title: t('kind'), render: ({ kind }) => t(`kinds.${kind}`) },
    {
      ...{ key: 'severity', title: t('severity'), badge: true },
      render: ({ severity }) => <StatusTag tone={severity === 'severe' ? 'bad' : 'warn'}>{t(`severities.${severity}`)}</StatusTag>,
    },
    { key: 'reason', title: t('reason'), render: ({ reasonZh, reasonEn }) => (chinese ? reasonZh : reasonEn) },
    {
      ...{ key: 'state', title: t('state') },
      render: ({ enabled }) => <StatusTag tone={enabled ? 'good' : 'neutral'}>{t(enabled ? 'on' : 'off')}</StatusTag>,
    },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (rule) => (
        <EnabledActions
          about={pairOf(rule)}
          enabled={rule.enabled}
          onEdit={() => setEdited(rule)}
          onSwitch={(enabled) => change(rule.id, { enabled })}
          ask={{ title: t('disableRule'), text: pairOf(rule) }}
          list={RULES}
          testId="rule"
        />
      ),
    },
  ];
  return (
    <>
      <DataTable<Rule>
        name={RULES}
        label={t('views.contraindications')}
        list={list}
        load={load}
        columns={columns}
        rowKey={({ id }) => id}
        actions={
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited(null)} data-testid="rule-add">
            {t('add')}
          </Button>
        }
        filters={
          <FilterBar
            list={list}
            filters={[
              { kind: 'choice', name: 'kind', label: t('kind'), options: KINDS.map((value) => ({ value, label: t(`kinds.${value}`) })) },
            ]}
          />
        }
      />
      <FormDialog<Values, unknown>
        title={edited ? t('editThing', { name: pairOf(edited) }) : t('addRule')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values, key) => save(edited ?? null, values, key)}
        stale={[[RULES]]}
        initialValues={edited ?? { kind: 'drug', severity: 'mild' }}
      >
        <Fields fresh={!edited} />
      </FormDialog>
    </>
  );
}
