import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { useT } from '../i18n/index.ts';
import { Icon } from './icon.tsx';

interface DialogProps {
  title: string;
  /** Escape, the cross and a click beside the dialog. */
  onClose(): void;
  children: ReactNode;
  testId?: string;
}

/** A modal dialog: the browser's own `<dialog>` keeps the focus inside and gives it back afterwards. */
export function Dialog({ title, onClose, children, testId }: DialogProps) {
  const t = useT();
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const close = useRef(onClose);
  close.current = onClose;
  // A layout effect: its end runs while the dialog is still in the page, so that `close` can give the focus back.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    dialog.showModal();
    const onClick = (event: MouseEvent): void => {
      // The backdrop belongs to the dialog itself; everything visible lies in its body.
      if (event.target === dialog) close.current();
    };
    dialog.addEventListener('click', onClick);
    return () => {
      dialog.removeEventListener('click', onClick);
      dialog.close();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={titleId}
      data-testid={testId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="icon-button" aria-label={t('app.close')} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
