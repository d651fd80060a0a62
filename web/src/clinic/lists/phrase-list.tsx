import { PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { useTexts } from '../texts/areas.ts';

const PHRASES = 'phrases';
const KINDS = ['diagnosis', 'advice', 'symptom', 'other'] as const;

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const kind = KINDS.find((known) => known === filters['kind']);
  return dataOf(api.GET('/api/v1/phrases', { params: { query: { page, pageSize, sort: '-uses', ...(kind && { kind }) } }, signal }));
}
type Phrase = Awaited<ReturnType<typeof load>>['items'][number];
type Values = Pick<Phrase, 'kind' | 'text'>;

const save = (phrase: Phrase | null, body: Values, key: string) =>
  dataOf(
    phrase
      ? api.PATCH('/api/v1/phrases/{id}', { params: { path: { id: phrase.id } }, body })
      : api.POST('/api/v1/phrases', { headers: { [IDEMPOTENCY_KEY]: key }, body }),
  );
const remove = (id: string) => dataOf(api.DELETE('/api/v1/phrases/{id}', { params: { path: { id } } }));

/** Sentences to be taken over, those that are used most first. */
export function PhraseList() {
  const t = useTexts('phrases');
  const shell = useTexts('shell');
  const list = useListState();
  const [edited, setEdited] = useState<Phrase | null>();
  const kinds = KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }));
  const columns: Column<Phrase>[] = [
    { key: 'text', title: t('text'), pinned: true, render: ({ text }) => <span className="clinic-prose">{text}</span> },
    { key: 'kind', title: t('kind'), badge: true, render: ({ kind }) => t(`kinds.${kind}`) },
    { key: 'uses', title: t('uses'), align: 'right', render: ({ uses }) => uses },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (phrase) => (
        <div className="clinic-actions">
          <Button size="small" aria-label={`${t('edit')}: ${phrase.text}`} onClick={() => setEdited(phrase)} data-testid="phrase-edit">
            {t('edit')}
          </Button>
          <ActionButton
            text={t('remove')}
            about={phrase.text}
            danger
            run={() => remove(phrase.id)}
            ask={{ title: t('removeTitle'), confirm: t('remove'), danger: true }}
            done={t('removed')}
            stale={[[PHRASES]]}
            testId="phrase-remove"
          />
        </div>
      ),
    },
  ];
  return (
    <>
      <DataTable<Phrase>
        name={PHRASES}
        label={t('views.phrases')}
        list={list}
        load={load}
        columns={columns}
        rowKey={({ id }) => id}
        actions={
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited(null)} data-testid="phrase-add">
            {t('addPhrase')}
          </Button>
        }
        filters={<FilterBar list={list} filters={[{ kind: 'choice', name: 'kind', label: t('kind'), options: kinds }]} />}
      />
      <FormDialog<Values, unknown>
        title={t(edited ? 'edit' : 'addPhrase')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values, key) => save(edited ?? null, values, key)}
        stale={[[PHRASES]]}
        initialValues={edited ? { kind: edited.kind, text: edited.text } : { kind: 'advice' }}
      >
        <Form.Item name="kind" label={t('kind')} rules={[{ required: true }]}>
          <Select options={kinds} />
        </Form.Item>
        <Form.Item name="text" label={t('text')} rules={[{ required: true, whitespace: true }]}>
          <Input.TextArea rows={4} maxLength={500} data-testid="phrase-text" />
        </Form.Item>
      </FormDialog>
    </>
  );
}
