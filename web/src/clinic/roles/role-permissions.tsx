import { useQueryClient } from '@tanstack/react-query';
import { App, Checkbox, Form } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import type { paths } from '../../api/schema.ts';
import { ApiForm } from '../blocks/api-form.tsx';
import { type RoleDetail, ROLES } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';
import { grouped, type PermissionGroup, textKeyOf } from './permission-groups.ts';

type Body = paths['/api/v1/roles/{key}']['patch']['requestBody']['content']['application/json'];
/** Names of permissions in a form: by group. */
type Values = Partial<Record<PermissionGroup, string[]>>;

function save(key: string, values: Values) {
  const permissions = Object.values(values).flat() as NonNullable<Body['permissions']>;
  return dataOf(api.PATCH('/api/v1/roles/{key}', { params: { path: { key } }, body: { permissions } }));
}

/** What a role may do, by checkboxes. `all`: every permission there is */
export function RolePermissions({ role, all }: { role: RoleDetail; all: readonly string[] }) {
  const t = useTexts('people');
  const words = useTexts('permissions');
  const shell = useTexts('shell');
  const client = useQueryClient();
  const { message } = App.useApp();
  // The administrator holds everything, whatever is written down.
  const fixed = role.key === 'administrator';
  const groups = grouped(all);
  const initial = Object.fromEntries(
    groups.map(({ group, names }) => [group, names.filter((name) => fixed || role.permissions.includes(name))]),
  );
  const labelOf = (name: string) =>
    role.inherited.includes(name) ? `${words(`names.${textKeyOf(name)}`)} ${t('inherited')}` : words(`names.${textKeyOf(name)}`);
  const fields = groups.map(({ group, names }) => (
    <fieldset key={group} className="clinic-card clinic-permissions" disabled={fixed}>
      <legend className="clinic-hidden">{words(`groups.${group}`)}</legend>
      <h2 aria-hidden>{words(`groups.${group}`)}</h2>
      <Form.Item name={group} noStyle>
        <Checkbox.Group
          disabled={fixed}
          options={names.map((value) => ({ value, label: labelOf(value) }))}
          data-testid={`permissions-${group}`}
        />
      </Form.Item>
    </fieldset>
  ));
  if (fixed) {
    return (
      <Form initialValues={initial}>
        <p>{t('administratorHolds')}</p>
        {fields}
      </Form>
    );
  }
  return (
    <ApiForm<Values, unknown>
      send={(values) => save(role.key, values)}
      onDone={() => {
        message.success(shell('form.saved'));
        void client.invalidateQueries({ queryKey: [ROLES] });
      }}
      initialValues={initial}
    >
      {fields}
    </ApiForm>
  );
}
