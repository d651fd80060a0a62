import { Button, Image } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { useTexts } from '../texts/areas.ts';
import { useAction } from './use-action.ts';

const read = (id: string) => dataOf(api.GET('/api/v1/files/{id}', { params: { path: { id } } }));
type Stored = Awaited<ReturnType<typeof read>>;

/** A file that is asked for when somebody wants to see it: its address is good for a few minutes, and reading it may be on record. */
export function StoredFile({ fileId, name }: { fileId: string; name: string }) {
  const t = useTexts('shell');
  const [file, setFile] = useState<Stored | null>(null);
  const { run, busy } = useAction({ run: () => read(fileId), onDone: setFile });
  if (file?.kind === 'image') return <Image src={file.url} alt={name} width={160} data-testid="stored-image" />;
  if (file) {
    return (
      <Button
        size="small"
        type="primary"
        href={file.url}
        target="_blank"
        rel="noreferrer"
        aria-label={`${t('file.open')}: ${name}`}
        data-testid="stored-file"
      >
        {t('file.open')}
      </Button>
    );
  }
  return (
    <Button size="small" loading={busy} onClick={() => run()} aria-label={`${t('file.show')}: ${name}`} data-testid="stored-show">
      {t('file.show')}
    </Button>
  );
}
