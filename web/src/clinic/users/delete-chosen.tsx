import { App } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { errorText } from '../../i18n/index.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { readUser, USERS } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

/** Deletes them, and finds the names of those that stay. */
async function remove(ids: readonly string[]) {
  const { results } = await dataOf(api.POST('/api/v1/users/delete', { body: { ids: [...ids] } }));
  const kept = results.filter(({ deleted }) => !deleted);
  const names = await Promise.all(
    kept.map(({ id }) =>
      readUser(id).then(
        ({ name }) => name,
        () => id,
      ),
    ),
  );
  return {
    removed: results.length - kept.length,
    kept: kept.map(({ error }, index) => ({ name: names[index] ?? '', error: error ?? 'internal' })),
  };
}

/** Deletes the people that were chosen, and tells who could not be deleted and why. */
export function DeleteChosen({ ids, onDone }: { ids: readonly string[]; onDone(): void }) {
  const t = useTexts('people');
  const { modal } = App.useApp();
  const count = ids.length;
  return (
    <ActionButton
      large
      danger
      text={t('deleteChosen', { count })}
      run={() => remove(ids)}
      ask={{ title: t('deleteChosenTitle', { count }), text: t('deleteText'), confirm: t('delete'), danger: true }}
      stale={[[USERS]]}
      onDone={({ removed, kept }) => {
        onDone();
        modal.info({
          title: t('deletedChosen', { removed, kept: kept.length }),
          content: (
            <ul className="clinic-lines" data-testid="delete-results">
              {kept.map(({ name, error }) => (
                <li key={name} className="clinic-line">
                  {name} <small>{errorText(error)}</small>
                </li>
              ))}
            </ul>
          ),
        });
      }}
      testId="users-delete"
    />
  );
}
