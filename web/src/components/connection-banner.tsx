import { useEffect, useState } from 'react';
import { errorText, useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { useStore } from '../use-store.ts';

const RESTORED_MS = 3_000;

function useOffline(): boolean {
  const [offline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const look = (): void => setOffline(!navigator.onLine);
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  return offline;
}

type Trouble = 'joining' | 'offline' | 'lost' | 'media' | null;

/** True for a moment after trouble is over, if it had been there. */
function useRestored(trouble: Trouble): boolean {
  const [was, setWas] = useState(false);
  useEffect(() => {
    if (trouble === 'lost' || trouble === 'offline' || trouble === 'media') setWas(true);
    if (trouble !== null) return;
    const timer = setTimeout(() => setWas(false), RESTORED_MS);
    return () => clearTimeout(timer);
  }, [trouble]);
  return was && trouble === null;
}

/** The state of the connection in words, from the first second of trouble until a moment after it. */
export function ConnectionBanner({ visit }: { visit: Visit }) {
  const t = useT();
  const { online, phase, trouble: reason } = useStore(visit.state);
  const path = useStore(visit.path);
  const offline = useOffline();
  const trouble: Trouble = offline ? 'offline' : !online ? (phase === 'joining' ? 'joining' : 'lost') : path === 'broken' ? 'media' : null;
  const restored = useRestored(trouble);
  const shown = trouble ?? (restored ? 'restored' : null);
  return (
    <div
      className={`banner${shown ? ` banner-${shown}` : ''}`}
      role="status"
      aria-live="assertive"
      data-testid="connection-banner"
      data-state={shown ?? 'fine'}
    >
      {trouble && <span className="spinner" aria-hidden="true" />}
      {shown && t(`connection.${shown}`)}
      {trouble && !offline && reason && reason !== 'disconnected' && (
        <span className="banner-reason">{t('connection.slow', { reason: errorText(reason) })}</span>
      )}
    </div>
  );
}
