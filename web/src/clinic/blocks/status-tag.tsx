import type { ReactNode } from 'react';

export type Tone = 'neutral' | 'info' | 'good' | 'warn' | 'bad';

/** A state in a word or two. The word says it; the tone only helps to find it. */
export function StatusTag({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`chip clinic-tag clinic-tag-${tone}`}>{children}</span>;
}
