import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

interface NoticeProps {
  tone: 'info' | 'good' | 'warn' | 'bad';
  children: ReactNode;
  testId?: string;
  /** Read out at once by screen readers. */
  alert?: boolean;
}

const icons: Record<NoticeProps['tone'], IconName> = { info: 'clock', good: 'check', warn: 'warn', bad: 'warn' };

/** A sentence that stands out, in one of four tones. */
export function Notice({ tone, children, testId, alert = false }: NoticeProps) {
  return (
    <div className={`notice notice-${tone}`} role={alert ? 'alert' : undefined} data-testid={testId}>
      <Icon name={icons[tone]} size={20} />
      <div>{children}</div>
    </div>
  );
}
