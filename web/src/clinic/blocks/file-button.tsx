import { Button } from 'antd';
import { useRef } from 'react';

interface FileButtonProps {
  text: string;
  /** Types that the browser offers; the server judges the content. */
  accept: string;
  busy?: boolean;
  primary?: boolean;
  onFile(file: File): void;
  /** Of the button; its field has the same with `-file` behind it. */
  testId: string;
}

/** A button that lets somebody choose a file. */
export function FileButton({ text, accept, busy = false, primary = false, onFile, testId }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button type={primary ? 'primary' : 'default'} loading={busy} onClick={() => input.current?.click()} data-testid={testId}>
        {text}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        aria-label={text}
        data-testid={`${testId}-file`}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          // The same file again is a change, too.
          target.value = '';
          if (file) onFile(file);
        }}
      />
    </>
  );
}
