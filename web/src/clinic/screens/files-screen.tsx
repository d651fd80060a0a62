import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Chart } from '../blocks/chart.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { Figures } from '../blocks/figures.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { When } from '../blocks/when.tsx';
import { Person } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

const FILES = 'files';
const CATEGORIES = ['avatar', 'licence', 'id-photo', 'record-attachment', 'document', 'data-export', 'recording'] as const;
const KINDS = ['image', 'video', 'audio', 'document', 'imaging', 'archive'] as const;
const MEGABYTE = 1_048_576;

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const category = CATEGORIES.find((known) => known === filters['category']);
  const kind = KINDS.find((known) => known === filters['kind']);
  const query = { page, pageSize, ...(category && { category }), ...(kind && { kind }) };
  return dataOf(api.GET('/api/v1/files', { params: { query }, signal }));
}
type File = Awaited<ReturnType<typeof load>>['items'][number];

const remove = (id: string) => dataOf(api.DELETE('/api/v1/files/{id}', { params: { path: { id } } }));
const readFigures = async () => (await dataOf(api.GET('/api/v1/files/statistics'))).items;

/** Bytes in the unit that they are easiest to read in. */
function useSize(): (bytes: number) => string {
  const t = useTexts('admin');
  return (bytes) =>
    bytes < MEGABYTE ? t('kilobytes', { count: Math.ceil(bytes / 1024) }) : t('megabytes', { size: (bytes / MEGABYTE).toFixed(1) });
}

function FileFigures() {
  const t = useTexts('admin');
  const size = useSize();
  const { data } = useQuery({ queryKey: [FILES, 'figures'], queryFn: readFigures });
  if (!data || data.length === 0) return null;
  const sum = (rows: typeof data, what: 'files' | 'bytes') => rows.reduce((total, row) => total + row[what], 0);
  const of = (category: (typeof CATEGORIES)[number]) => data.filter((row) => row.category === category);
  const held = CATEGORIES.filter((category) => of(category).length > 0);
  return (
    <>
      <Figures
        items={[
          { label: t('fileCount'), value: sum(data, 'files') },
          { label: t('size'), value: size(sum(data, 'bytes')) },
        ]}
      />
      <Chart
        title={t('byCategory')}
        kind="bar"
        x={held.map((category) => t(`fileCategories.${category}`))}
        series={[{ name: t('fileCount'), values: held.map((category) => sum(of(category), 'files')) }]}
      />
    </>
  );
}

/** `/clinic/files`: files of everybody. */
export default function FilesScreen() {
  const t = useTexts('admin');
  const shell = useTexts('shell');
  const list = useListState();
  const size = useSize();
  const columns: Column<File>[] = [
    { key: 'name', title: t('name'), pinned: true, render: ({ name }) => <span className="clinic-break">{name}</span> },
    { key: 'category', title: t('category'), render: ({ category }) => t(`fileCategories.${category}`) },
    { key: 'kind', title: t('kind'), render: ({ kind }) => t(`fileKinds.${kind}`) },
    { key: 'size', title: t('size'), align: 'right', render: ({ bytes }) => size(bytes) },
    { key: 'owner', title: t('owner'), render: ({ ownerId }) => <Person id={ownerId} /> },
    { key: 'mime', title: t('mime'), hidden: true, render: ({ mime }) => mime },
    { key: 'created', title: t('created'), render: ({ createdAt }) => <When at={createdAt} /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: ({ id, name }) => (
        <div className="clinic-actions">
          <ActionButton
            text={t('remove')}
            about={name}
            danger
            run={() => remove(id)}
            ask={{ title: t('removeFile', { name }), text: t('removeFileText'), confirm: t('remove'), danger: true }}
            done={t('removed')}
            stale={[[FILES]]}
            testId="file-remove"
          />
        </div>
      ),
    },
  ];
  return (
    <>
      <PageHeader title={shell('screens.files')} lead={t('intro.files')} />
      <section className="clinic-list">
        <FileFigures />
        <DataTable<File>
          name={FILES}
          label={shell('screens.files')}
          list={list}
          load={load}
          columns={columns}
          rowKey={({ id }) => id}
          filters={
            <FilterBar
              list={list}
              filters={[
                {
                  ...{ kind: 'choice', name: 'category', label: t('category') },
                  options: CATEGORIES.map((value) => ({ value, label: t(`fileCategories.${value}`) })),
                },
                {
                  kind: 'choice',
                  name: 'kind',
                  label: t('kind'),
                  options: KINDS.map((value) => ({ value, label: t(`fileKinds.${value}`) })),
                },
              ]}
            />
          }
        />
      </section>
    </>
  );
}
