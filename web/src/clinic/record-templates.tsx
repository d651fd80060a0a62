/** Own templates in the form of a record: one is taken, or what was written becomes one. */
import { useQuery } from '@tanstack/react-query';
import { Button, Form, Select } from 'antd';
import { api, dataOf, IDEMPOTENCY_KEY, newKey } from '../api/client.ts';
import { useConfirm } from './blocks/confirm.tsx';
import { useAction } from './blocks/use-action.ts';
import { FRESH_SECTIONS, type RecordContent, sentContent, TEMPLATES } from './records.ts';
import { useTexts } from './texts/areas.ts';

const readTemplates = async () =>
  (await dataOf(api.GET('/api/v1/templates', { params: { query: { kind: 'record', sort: '-uses', pageSize: 100 } } }))).items;
const take = (id: string) => dataOf(api.POST('/api/v1/templates/{id}/use', { params: { path: { id } } }));
const keep = ({ name, content }: { name: string; content: RecordContent }) => {
  const body = { kind: 'record' as const, name, content: sentContent(content) };
  return dataOf(api.POST('/api/v1/templates', { headers: { [IDEMPOTENCY_KEY]: newKey() }, body }));
};

export function RecordTemplates() {
  const t = useTexts('patients');
  const confirm = useConfirm();
  const form = Form.useFormInstance<{ content: RecordContent }>();
  const { data = [] } = useQuery({ queryKey: [TEMPLATES, 'record'], queryFn: readTemplates });
  const taking = useAction({
    run: take,
    onDone: ({ content }) => {
      const { sections = FRESH_SECTIONS, diagnoses = [] } = (content ?? {}) as Partial<RecordContent>;
      form.setFieldsValue({ content: { sections: [...sections], diagnoses } } as Parameters<typeof form.setFieldsValue>[0]);
    },
  });
  const keeping = useAction({ run: keep, done: t('templateKept'), stale: [[TEMPLATES]] });
  async function ask(): Promise<void> {
    const values = await form.validateFields().catch(() => null);
    if (!values) return;
    const named = await confirm({
      ...{ title: t('keepTemplate'), text: t('keepTemplateText'), confirm: t('keepTemplate') },
      reason: { label: t('templateName'), required: true, max: 100 },
    });
    if (named) keeping.run({ name: named.reason, content: values.content });
  }
  return (
    <>
      <Form.Item label={t('template')} htmlFor="record-template">
        <Select
          id="record-template"
          loading={taking.busy}
          onChange={(id: string) => taking.run(id)}
          notFoundContent={t('noTemplate')}
          options={data.map(({ id, name }) => ({ value: id, label: name }))}
          data-testid="record-template"
        />
      </Form.Item>
      <p>
        <Button type="link" className="clinic-inline-link" loading={keeping.busy} onClick={() => void ask()}>
          {t('keepTemplate')}
        </Button>
      </p>
    </>
  );
}
