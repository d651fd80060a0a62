import type { PeerView } from '#rooms/protocol.ts';
import { useT } from '../i18n/index.ts';

const WORDS = ['quality.level0', 'quality.level1', 'quality.level2', 'quality.level3', 'quality.level4'] as const;

/** The word for a quality level, 0 to 4. */
export function useQualityWord(): (level: number) => string {
  const t = useT();
  return (level) => t(WORDS[level] ?? 'quality.level0');
}

interface QualityBarsProps {
  quality: PeerView['quality'];
  label(up: string, down: string): string;
  testId: string;
}

/** Four bars for the weaker of the directions that are known (0 is "no data"); both directions in words as tooltip and for screen readers. */
export function QualityBars({ quality, label, testId }: QualityBarsProps) {
  const word = useQualityWord();
  const known = [quality.up, quality.down].filter((level) => level > 0);
  const level = known.length > 0 ? Math.min(...known) : 0;
  const text = label(word(quality.up), word(quality.down));
  return (
    <span
      className={`bars bars-${level}`}
      role="img"
      aria-label={text}
      title={text}
      data-testid={testId}
      data-up={quality.up}
      data-down={quality.down}
    >
      {[1, 2, 3, 4].map((bar) => (
        <i key={bar} className={bar <= level ? 'on' : ''} />
      ))}
    </span>
  );
}
