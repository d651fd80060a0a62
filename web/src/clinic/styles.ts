/** The clinic's style sheet: a file of its own, so that a visit does not load it. */
import href from './clinic.css?url';

let loading: Promise<void> | null = null;

/** Resolves when the styles are in the page; a failure is no reason not to show it. */
export function loadStyles(): Promise<void> {
  loading ??= new Promise((resolve) => {
    const link = Object.assign(document.createElement('link'), {
      rel: 'stylesheet',
      href,
      onload: () => resolve(),
      onerror: () => resolve(),
    });
    document.head.append(link);
  });
  return loading;
}
