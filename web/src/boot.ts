/**
 * Entry of the page. Small on purpose: everything else is loaded in parallel from here, and on the way into a visit
 * the media parts first.
 */
import { capabilities } from './net/capabilities.ts';
import { route, wasInside } from './router.ts';
import { takeGuestToken, tokenFor } from './session.ts';

const here = route.get();
// Asked for again by whoever needs it; a failure is told there.
capabilities().catch(() => undefined);
if (here.name === 'visit') {
  takeGuestToken(here.id);
  const direct = (here.joinNow || wasInside()) && tokenFor(here.id) !== null;
  const visit = import('./room/current-visit.ts');
  if (direct) void visit.then(({ joinVisit }) => joinVisit(here.id));
}
const texts = import('./i18n/index.ts').then(({ startLanguage }) => startLanguage());
if (here.name === 'visit') void import('./screens/visit-screen.tsx');
const { mount } = await import('./app.tsx');
await texts;
await mount(document.getElementById('root') as HTMLElement);
