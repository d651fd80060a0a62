/**
 * Entry of the page. Small on purpose: everything else is loaded in parallel from here, and on the way into a visit
 * the socket first: all else is done while the server answers.
 */
import { preferred, texts } from './i18n/language.ts';
import { capabilities } from './net/capabilities.ts';
import { route, wasInside } from './router.ts';
import { takeGuestToken, tokenFor } from './session.ts';

const here = route.get();
if (here.name === 'visit') {
  takeGuestToken(here.id);
  const direct = (here.joinNow || wasInside()) && tokenFor(here.id) !== null;
  const visit = import('./room/current-visit.ts');
  if (direct) void visit.then(({ joinVisit }) => joinVisit(here.id));
}
// Asked for again by whoever needs them; a failure is told there.
capabilities().catch(() => undefined);
texts(preferred()).catch(() => undefined);
const language = import('./i18n/index.ts').then(({ startLanguage }) => startLanguage());
if (here.name === 'visit') void import('./screens/visit-screen.tsx');
const { mount } = await import('./app.tsx');
await language;
await mount(document.getElementById('root') as HTMLElement);
