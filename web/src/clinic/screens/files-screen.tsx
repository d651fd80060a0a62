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
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { Views } from '../blocks/views.tsx';
import { When } from '../blocks/when.tsx';
import { Person } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

const FILES = 'files';
const CATEGORIES = ['avatar', 'licence', 'id-photo', 'record-attachment', 'document', 'data-export', 'recording'] as const;
const KINDS = ['image', 'video', 'audio', 'document', 'imaging', 'archive'] as const;
const STATES = ['active', 'withheld', 'deleted'] as const;
const TONES: Record<(typeof STATES)[number], Tone> = { active: 'good', withheld: 'warn', deleted: 'neutral' };
const MEGABYTE = 1_048_576;

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const category = CATEGORIES.find((known) => known === filters['category']);
  const kind = KINDS.find((known) => known === filters['kind']);
  const state = STATES.find((known) => known === filters['state']);
  const query = { page, pageSize, ...(category && { category }), ...(kind && { kind }), ...(state && { state }) };
  return dataOf(api.GET('/api/v1/files', { params: { query }, signal }));
}
type File = Awaited<ReturnType<typeof load>>['items'][number];

const remove = (id: string) => dataOf(api.DELETE('/api/v1/files/{id}', { params: { path: { id } } }));
const changeState = (id: string, state: 'active' | 'withheld') =>
  dataOf(api.PUT('/api/v1/files/{id}/state', { params: { path: { id } }, body: { state } }));
const readFigures = () => dataOf(api.GET('/api/v1/files/statistics'));
const readCategories = async (signal: AbortSignal) => (await dataOf(api.GET('/api/v1/files/categories', { signal }))).items;
type Category = Awaited<ReturnType<typeof readCategories>>[number];

const round = (size: number) => Math.round(size * 10) / 10;

/** Bytes in the unit that they are easiest to read in. */
function useSize(): (bytes: number) => string {
  const t = useTexts('admin');
  return (bytes) => {
    if (bytes < MEGABYTE) return t('kilobytes', { size: Math.ceil(bytes / 1024) });
    const megabytes = bytes / MEGABYTE;
    return megabytes < 1024 ? t('megabytes', { size: round(megabytes) }) : t('gigabytes', { size: round(megabytes / 1024) });
  };
}

function FileFigures() {
  const t = useTexts('admin');
  const size = useSize();
  const { data } = useQuery({ queryKey: [FILES, 'figures'], queryFn: readFigures });
  if (!data || data.items.length === 0) return null;
  const sum = (rows: readonly { files: number; bytes: number }[], what: 'files' | 'bytes') =>
    rows.reduce((total, row) => total + row[what], 0);
  const of = (category: (typeof CATEGORIES)[number]) => data.items.filter((row) => row.category === category);
  const held = CATEGORIES.filter((category) => of(category).length > 0);
  const withheld = data.states.filter(({ state }) => state === 'withheld');
  return (
    <>
      <Figures
        items={[
          { label: t('fileCount'), value: sum(data.items, 'files') },
          { label: t('size'), value: size(sum(data.items, 'bytes')) },
          { label: t('fileStates.withheld'), value: sum(withheld, 'files') },
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

/** What can be done with a file in its state; with one that is deleted nothing. */
function FileActions({ file: { id, name, state } }: { file: File }) {
  const t = useTexts('admin');
  if (state === 'deleted') return null;
  const common = { about: name, stale: [[FILES]] };
  return (
    <div className="clinic-actions">
      {state === 'active' ? (
        <ActionButton
          {...common}
          text={t('withhold')}
          run={() => changeState(id, 'withheld')}
          ask={{ title: t('withholdFile', { name }), text: t('withholdFileText'), confirm: t('withhold'), danger: true }}
          done={t('withheld')}
          testId="file-withhold"
        />
      ) : (
        <ActionButton
          {...common}
          text={t('giveBack')}
          run={() => changeState(id, 'active')}
          done={t('givenBack')}
          testId="file-give-back"
        />
      )}
      <ActionButton
        {...common}
        text={t('remove')}
        danger
        run={() => remove(id)}
        ask={{ title: t('removeFile', { name }), text: t('removeFileText'), confirm: t('remove'), danger: true }}
        done={t('removed')}
        testId="file-remove"
      />
    </div>
  );
}

function FileList() {
  const t = useTexts('admin');
  const shell = useTexts('shell');
  const list = useListState();
  const size = useSize();
  const columns: Column<File>[] = [
    { key: 'name', title: t('name'), pinned: true, render: ({ name }) => <span className="clinic-break">{name}</span> },
    {
      ...{ key: 'state', title: t('state'), badge: true },
      render: ({ state }) => <StatusTag tone={TONES[state]}>{t(`fileStates.${state}`)}</StatusTag>,
    },
    { key: 'category', title: t('category'), render: ({ category }) => t(`fileCategories.${category}`) },
    { key: 'kind', title: t('kind'), render: ({ kind }) => t(`fileKinds.${kind}`) },
    { key: 'size', title: t('size'), align: 'right', render: ({ bytes }) => size(bytes) },
    { key: 'owner', title: t('owner'), render: ({ ownerId }) => <Person id={ownerId} /> },
    { key: 'mime', title: t('mime'), hidden: true, render: ({ mime }) => mime },
    { key: 'created', title: t('created'), render: ({ createdAt }) => <When at={createdAt} /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (file) => <FileActions file={file} />,
    },
  ];
  const choices = <T extends string>(values: readonly T[], label: (value: T) => string) =>
    values.map((value) => ({ value, label: label(value) }));
  return (
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
                options: choices(CATEGORIES, (value) => t(`fileCategories.${value}`)),
              },
              { kind: 'choice', name: 'kind', label: t('kind'), options: choices(KINDS, (value) => t(`fileKinds.${value}`)) },
              {
                ...{ kind: 'choice', name: 'state', label: t('state'), usual: 'active' },
                options: choices(STATES, (value) => t(`fileStates.${value}`)),
              },
            ]}
          />
        }
      />
    </section>
  );
}

function CategoryList() {
  const t = useTexts('admin');
  const list = useListState();
  const size = useSize();
  const columns: Column<Category>[] = [
    { key: 'category', title: t('category'), pinned: true, render: ({ category }) => t(`fileCategories.${category}`) },
    {
      ...{ key: 'kinds', title: t('fileLimits') },
      render: ({ kinds }) => kinds.map(({ kind, maxBytes }) => `${t(`fileKinds.${kind}`)} ${size(maxBytes)}`).join(', '),
    },
    { key: 'access', title: t('fileAccess'), render: ({ access }) => t(`fileAccesses.${access}`) },
    { key: 'encrypted', title: t('encrypted'), render: ({ encrypted }) => t(encrypted ? 'yes' : 'no') },
    { key: 'uploadable', title: t('uploadable'), render: ({ uploadable }) => t(uploadable ? 'yes' : 'no') },
  ];
  return (
    <DataTable<Category>
      {...{ name: 'file-categories', label: t('fileViews.categories'), list, columns }}
      load={async (_state, signal) => {
        const items = await readCategories(signal);
        return { items, pagination: { page: 1, pageSize: items.length, total: items.length } };
      }}
      rowKey={({ category }) => category}
    />
  );
}

/** `/clinic/files`: files of everybody, and what files may be. */
export default function FilesScreen() {
  const t = useTexts('admin');
  const shell = useTexts('shell');
  return (
    <>
      <PageHeader title={shell('screens.files')} lead={t('intro.files')} />
      <Views
        label={shell('screens.files')}
        views={[
          { key: 'files', label: shell('screens.files'), content: <FileList /> },
          { key: 'categories', label: t('fileViews.categories'), content: <CategoryList /> },
        ]}
      />
    </>
  );
}
