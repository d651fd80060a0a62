import { useState } from 'react';
import { errorText, useT } from '../i18n/index.ts';
import { runNetworkTest } from '../media/network-test.ts';
import { networkVerdict, rateVerdict, type NetworkReport, type PathResult } from '../media/network-verdict.ts';
import { RequestError } from '../net/request.ts';
import { Notice } from './notice.tsx';

type Result =
  | { state: 'idle' }
  | { state: 'running'; part: Partial<NetworkReport> }
  | { state: 'done'; part: NetworkReport }
  | { state: 'failed'; code: string };

const RATE_WORDS = { video: 'rateVideo', small: 'rateSmall', sound: 'rateSound', poor: 'ratePoor', unknown: 'rateUnknown' } as const;
const TONES = { excellent: 'good', good: 'good', reduced: 'info', sound: 'warn', none: 'bad' } as const;

function PathRow({ name, result }: { name: 'udp' | 'tcp' | 'relay'; result: PathResult | undefined }) {
  const t = useT();
  return (
    <tr data-testid={`test-${name}`} data-result={result ?? 'waiting'}>
      <th scope="row">{t(`test.${name}`)}</th>
      <td>{t(`test.${result ?? 'waiting'}`)}</td>
    </tr>
  );
}

function RateRow({ name, kbps }: { name: 'down' | 'up'; kbps: number | null | undefined }) {
  const t = useT();
  const words = kbps === undefined ? t('test.waiting') : t(`test.${RATE_WORDS[rateVerdict(kbps)]}`);
  return (
    <tr data-testid={`test-${name}`}>
      <th scope="row">{t(`test.${name}`)}</th>
      <td>
        {kbps ? `${t('test.rate', { rate: (kbps / 1_000).toFixed(1) })}: ` : ''}
        {words}
      </td>
    </tr>
  );
}

function Verdict({ report }: { report: NetworkReport }) {
  const t = useT();
  const verdict = networkVerdict(report);
  return (
    <Notice tone={TONES[verdict]} testId="test-verdict">
      <strong>{t(`test.${verdict}`)}</strong>
      <p>{t(`test.${verdict}Text`)}</p>
    </Notice>
  );
}

/** The network test with its button, progress and verdict in words. */
export function NetworkCheck({ token }: { token: string }) {
  const t = useT();
  const [result, setResult] = useState<Result>({ state: 'idle' });

  async function run(): Promise<void> {
    setResult({ state: 'running', part: {} });
    try {
      const report = await runNetworkTest(token, (part) => setResult({ state: 'running', part: { ...part } }));
      setResult({ state: 'done', part: report });
    } catch (error) {
      setResult({ state: 'failed', code: error instanceof RequestError ? error.code : 'internal' });
    }
  }

  const part = result.state === 'running' || result.state === 'done' ? result.part : null;
  const running = result.state === 'running';
  return (
    <div className="network-check" aria-busy={running}>
      <div aria-live="polite">
        {result.state === 'done' && <Verdict report={result.part} />}
        {result.state === 'failed' && (
          <Notice tone="bad" testId="test-failed">
            {result.code === 'network' ? t('test.unreachable') : errorText(result.code)}
          </Notice>
        )}
      </div>
      {part && (
        <table className="results">
          <tbody>
            <PathRow name="udp" result={part.udp} />
            <PathRow name="tcp" result={part.tcp} />
            <PathRow name="relay" result={part.relay} />
            <RateRow name="down" kbps={part.downKbps} />
            <RateRow name="up" kbps={part.upKbps} />
          </tbody>
        </table>
      )}
      <button type="button" className="btn btn-primary" disabled={running} onClick={() => void run()} data-testid="test-start">
        {running && <span className="spinner" aria-hidden="true" />}
        {t(running ? 'test.running' : result.state === 'idle' ? 'test.start' : 'test.again')}
      </button>
    </div>
  );
}
