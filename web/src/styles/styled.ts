/**
 * The page names its style sheet for print, so that no script waits for it; here it becomes the screen's.
 * @returns when it has come, or failed to
 */
export async function styled(): Promise<void> {
  const link = document.querySelector<HTMLLinkElement>('link[rel=stylesheet][media=print]');
  if (!link) return;
  const settled = new Promise((resolve) => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', resolve);
  });
  const there = link.sheet !== null;
  link.media = 'all';
  if (!there) await settled;
}
