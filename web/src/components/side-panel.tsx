import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { useT } from '../i18n/index.ts';
import { Icon } from './icon.tsx';

interface SidePanelProps {
  title: string;
  testId: string;
  onClose(): void;
  /** Wider than chat and people. */
  wide?: boolean;
  /** Out of sight, with what was entered in it. */
  hidden?: boolean;
  children: ReactNode;
}

/** Panel beside the stage, on phones over it. Escape closes it; the focus goes back to where it came from. */
export function SidePanel({ title, testId, onClose, wide = false, hidden = false, children }: SidePanelProps) {
  const t = useT();
  const id = useId();
  const ref = useRef<HTMLElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useLayoutEffect(() => {
    if (hidden) return;
    const panel = ref.current;
    const before = document.activeElement;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') close.current();
    };
    panel?.focus();
    panel?.addEventListener('keydown', onKey);
    return () => {
      panel?.removeEventListener('keydown', onKey);
      const inside = document.activeElement === document.body || panel?.contains(document.activeElement);
      if (before instanceof HTMLElement && inside) before.focus();
    };
  }, [hidden]);
  return (
    <aside
      ref={ref}
      className={`panel${wide ? ' panel-wide' : ''}`}
      hidden={hidden}
      aria-labelledby={id}
      data-testid={testId}
      tabIndex={-1}
    >
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="icon-button" aria-label={t('app.close')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </aside>
  );
}
