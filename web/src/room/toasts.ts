/** Short messages at the edge of the room page. */
import { createStore } from '../store.ts';

export interface Toast {
  id: number;
  /** Key below `toast` in the language files. */
  key: string;
  values: Record<string, string>;
  tone: 'info' | 'warn';
}

const SHOWN_MS = 6_000;
let lastId = 0;

export const toasts = createStore<readonly Toast[]>([]);

export function toast(key: string, values: Record<string, string> = {}, tone: Toast['tone'] = 'info'): void {
  const id = ++lastId;
  toasts.update((current) => [...current.slice(-2), { id, key, values, tone }]);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  toasts.update((current) => current.filter((entry) => entry.id !== id));
}
