import { Form } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { ApiForm } from '../blocks/api-form.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PersonSelect } from '../blocks/person-select.tsx';
import { useAction } from '../blocks/use-action.ts';
import { findPeople, Person, type RoleDetail, ROLES, USERS } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

const HOLDERS = 'role-holders';
const STALE = [[HOLDERS], [ROLES], [USERS]];
const PATH = '/api/v1/roles/{key}/users';

function load(key: string, { page, pageSize }: ListState, signal: AbortSignal) {
  return dataOf(api.GET(PATH, { params: { path: { key }, query: { page, pageSize } }, signal }));
}
type Holder = Awaited<ReturnType<typeof load>>['items'][number];

const give = (key: string, userId: string) => dataOf(api.PUT(`${PATH}/{userId}`, { params: { path: { key, userId } } }));
const take = (key: string, userId: string) => dataOf(api.DELETE(`${PATH}/{userId}`, { params: { path: { key, userId } } }));

/** Who holds a role; a field to give it to somebody. */
export function RoleHolders({ role: { key } }: { role: RoleDetail }) {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const shell = useTexts('shell');
  const list = useListState();
  const refresh = useAction({ run: async () => undefined, done: shell('form.saved'), stale: STALE });
  const columns: Column<Holder>[] = [
    { key: 'name', title: admin('person'), pinned: true, render: ({ id, name }) => <Person id={id} name={name} /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: ({ id, name }) => (
        <div className="clinic-actions">
          <ActionButton
            text={t('takeRole')}
            about={name}
            danger
            run={() => take(key, id)}
            ask={{ title: t('takeRoleTitle', { name }), confirm: t('takeRole'), danger: true }}
            done={admin('removed')}
            stale={STALE}
            testId="role-take"
          />
        </div>
      ),
    },
  ];
  return (
    <section className="clinic-list">
      <ApiForm<{ userId: string }, unknown> send={({ userId }) => give(key, userId)} onDone={() => refresh.run()} submit={t('giveRole')}>
        <Form.Item name="userId" label={t('giveTo')} rules={[{ required: true }]}>
          <PersonSelect search={findPeople} none={t('nobody')} />
        </Form.Item>
      </ApiForm>
      <DataTable<Holder>
        name={HOLDERS}
        label={t('views.holders')}
        list={list}
        load={(state, signal) => load(key, state, signal)}
        columns={columns}
        rowKey={({ id }) => id}
      />
    </section>
  );
}
