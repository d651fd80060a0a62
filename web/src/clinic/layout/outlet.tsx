import { type ComponentType, useEffect, useState } from 'react';
import { replaceAddress } from '../../router.ts';
import { mayOpen, useMay } from '../access.ts';
import { Failure, Forbidden, Missing } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { leavesOf } from '../menu-tree.ts';
import { useMenu } from '../menu.ts';
import { findByPath } from '../paths.ts';
import { to, useHere } from '../route.ts';
import { type ScreenDefinition, type ScreenProps, screens } from '../screens.ts';
import { loadTexts } from '../texts/areas.ts';
import { ErrorBoundary } from './error-boundary.tsx';

type Loaded = { Screen: ComponentType<ScreenProps> } | { error: unknown } | null;

/** Code and texts of a screen, together. */
function useScreen(screen: ScreenDefinition): { loaded: Loaded; retry(): void } {
  const [state, setState] = useState<{ of: ScreenDefinition; loaded: Loaded }>({ of: screen, loaded: null });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let current = true;
    const show = (loaded: Loaded): void => void (current && setState({ of: screen, loaded }));
    show(null);
    Promise.all([screen.load(), ...screen.areas.map(loadTexts)]).then(
      ([module]) => show({ Screen: module.default }),
      (error: unknown) => show({ error }),
    );
    return () => {
      current = false;
    };
  }, [screen, attempt]);
  return { loaded: state.of === screen ? state.loaded : null, retry: () => setAttempt((count) => count + 1) };
}

function LoadedScreen({ screen, params }: { screen: ScreenDefinition; params: Record<string, string> }) {
  const { loaded, retry } = useScreen(screen);
  if (!loaded) return <PageSkeleton />;
  if ('error' in loaded) return <Failure page outdated error={loaded.error} onRetry={retry} />;
  return <loaded.Screen params={params} />;
}

/** `/clinic` itself: the first entry of the menu. */
function Start() {
  const { entries, error, retry } = useMenu();
  const path = entries && leavesOf(entries)[0]?.path;
  useEffect(() => {
    if (path) replaceAddress(to(path));
  }, [path]);
  if (error) return <Failure page error={error} onRetry={retry} />;
  return entries && !path ? <Forbidden /> : <PageSkeleton />;
}

/** The screen that the address names. */
export function Outlet() {
  const { path } = useHere();
  const may = useMay();
  if (path === '') return null;
  if (path === '/') return <Start />;
  const found = findByPath(screens, path);
  if (!found) return <Missing />;
  if (!mayOpen(found.entry, may)) return <Forbidden />;
  return (
    <ErrorBoundary key={path}>
      <LoadedScreen screen={found.entry} params={found.params} />
    </ErrorBoundary>
  );
}
