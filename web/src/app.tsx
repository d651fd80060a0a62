import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { screen } from './components/screen.tsx';
import { outdated } from './net/capabilities.ts';
import { route } from './router.ts';
import { Missing, Outdated } from './screens/message-screens.tsx';
import { session, takeGuestToken, tokenFor } from './session.ts';
import { SignIn } from './screens/sign-in-screen.tsx';
import { useStore } from './use-store.ts';

const clinic = screen(() => import('./clinic/clinic.tsx'));
const external = screen(() => import('./screens/external-screen.tsx'));
const home = screen(() => import('./screens/home-screen.tsx'));
const networkTest = screen(() => import('./screens/test-screen.tsx'));
const visit = screen(() => import('./screens/visit-screen.tsx'));

function Page() {
  const here = useStore(route);
  // Rendered again when somebody signs in or out.
  const own = useStore(session);
  if (here.name === 'visit') {
    takeGuestToken(here.id);
    return tokenFor(here.id) ? <visit.Screen key={here.id} id={here.id} joinNow={here.joinNow} /> : <SignIn toVisit />;
  }
  if (here.name === 'missing') return <Missing />;
  if (here.name === 'external') return <external.Screen provider={here.provider} />;
  if (!own) return <SignIn toVisit={false} />;
  if (here.name === 'clinic') return <clinic.Screen key={own.user.id} />;
  return here.name === 'test' ? <networkTest.Screen /> : <home.Screen />;
}

function App() {
  const old = useStore(outdated);
  const here = useStore(route);
  useEffect(() => {
    // Screen readers and the keyboard start at the new page, not where the old one was left.
    if (document.activeElement === document.body) document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  }, [here]);
  if (old) return <Outdated />;
  return <Page />;
}

/** Renders the client. A visit's screen is there from the first render. */
export async function mount(root: HTMLElement): Promise<void> {
  if (route.get().name === 'visit') await visit.preload();
  createRoot(root).render(<App />);
}
