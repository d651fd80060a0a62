import { api, dataOf } from '../../api/client.ts';
import type { paths } from '../../api/schema.ts';
import { useTexts } from '../texts/areas.ts';
import { HistoryDialog, LATEST } from './history-dialog.tsx';

const PATH = '/api/v1/settings/{key}/history';
type Key = paths[typeof PATH]['get']['parameters']['path']['key'];

const read = async (key: Key) => (await dataOf(api.GET(PATH, { params: { path: { key }, query: LATEST } }))).items;

/** How a value of a parameter is shown; secrets come without one. */
export function useSettingText(): (value: unknown) => string {
  const t = useTexts('admin');
  return (value) => {
    if (value === null) return '••••••';
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
}

/** Who set a parameter to what, and when; in a dialog. */
export function SettingHistory({ settingKey, name, onClose }: { settingKey: Key; name: string; onClose(): void }) {
  const textOf = useSettingText();
  const queryKey = ['settings', settingKey, 'history'];
  return (
    <HistoryDialog {...{ name, queryKey, onClose }} read={() => read(settingKey)} testId="setting-change">
      {({ value }) => <strong className="clinic-break">{textOf(value)}</strong>}
    </HistoryDialog>
  );
}
