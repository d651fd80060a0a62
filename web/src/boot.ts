/**
 * Entry of the page. Small on purpose: everything else is loaded in parallel from here. On the way into a visit the socket
 * opens first and waits for no other file; all else is done while the server answers.
 */
import { preferred, texts } from './i18n/language.ts';
import { capabilities } from './net/capabilities.ts';
import { currentVisit, joinVisit } from './room/current-visit.ts';
import { route, wasInside } from './router.ts';
import { takeGuestToken, tokenFor } from './session.ts';
import { styled } from './styles/styled.ts';

const here = route.get();
if (here.name === 'visit') {
  takeGuestToken(here.id);
  if ((here.joinNow || wasInside()) && tokenFor(here.id) !== null) joinVisit(here.id);
}
const style = styled();
// What the page only names (see `vite.config.ts`): fetched before, these files would have come in the way of the socket's.
for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel=later]')) link.rel = 'modulepreload';
// Asked for again by whoever needs them; a failure is told there.
capabilities().catch(() => undefined);
texts(preferred()).catch(() => undefined);
await currentVisit.get()?.screens;
const language = import('./i18n/index.ts').then(({ startLanguage }) => startLanguage());
if (here.name === 'visit') void import('./screens/visit-screen.tsx');
const { mount } = await import('./app.tsx');
await Promise.all([language, style]);
await mount(document.getElementById('root') as HTMLElement);
