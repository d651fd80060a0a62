import { DownloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { fileOf } from '../../api/client.ts';
import { useTexts } from '../texts/areas.ts';
import { useAction } from './use-action.ts';

/** Gives a file to the browser's downloads. */
function save(file: Blob, name: string): void {
  const href = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href, download: name }).click();
  // The download has its own hold on the file once it began.
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/**
 * Downloads what a list shows. A plain link could neither carry the token nor ask for verification.
 * @param path of the API, with the list's query
 * @param label on the button, where it is no list's CSV
 */
export function ExportButton({ path, fileName, label }: { path: string; fileName: string; label?: string }) {
  const t = useTexts('shell');
  const { run, busy } = useAction({ run: () => fileOf(path), onDone: (file) => save(file, fileName), done: t('table.exported') });
  return (
    <Button icon={<DownloadOutlined aria-hidden />} loading={busy} onClick={() => run()} data-testid="export">
      {label ?? t('table.export')}
    </Button>
  );
}
