import { EyeInvisibleOutlined, EyeOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTexts } from '../texts/areas.ts';
import { useAction } from './use-action.ts';

/** How long a value stays in full, in milliseconds: somebody may leave the screen open. */
const SHOWN_MS = 60_000;

interface MaskedProps {
  /** As the API sends it, for example `138****5678`. */
  value: string;
  /** What it is, for the button: "phone number". */
  label: string;
  /** Reads the value in full; the server writes down who did. Absent: the person may not. */
  reveal?: () => Promise<string>;
}

/** A personal value with its middle hidden, and in full for a minute on demand. */
export function Masked({ value, label, reveal }: MaskedProps) {
  const t = useTexts('shell');
  const [full, setFull] = useState<string | null>(null);
  const { run, busy } = useAction({ run: async () => (reveal ? reveal() : value), onDone: setFull });
  useEffect(() => {
    if (full === null) return;
    const timer = setTimeout(() => setFull(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [full]);
  return (
    <span className="clinic-masked">
      <span aria-live="polite" data-testid="masked-value">
        {full ?? value}
      </span>
      {reveal && (
        <Button
          type="text"
          size="small"
          loading={busy}
          icon={full === null ? <EyeOutlined aria-hidden /> : <EyeInvisibleOutlined aria-hidden />}
          aria-label={t(full === null ? 'masked.reveal' : 'masked.hide', { label })}
          onClick={() => (full === null ? run() : setFull(null))}
          data-testid="masked-reveal"
        />
      )}
    </span>
  );
}
