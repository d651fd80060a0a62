import { Button, Empty } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { PageSkeleton } from './page-skeleton.tsx';
import { useTexts } from '../texts/areas.ts';
import type { ChartData, Drawing } from './echarts.ts';

interface ChartProps extends ChartData {
  /** What it shows; also the caption of its table. */
  title: string;
}

/** Draws with echarts, which is loaded for the first chart of a page. */
function Canvas({ title, kind, x, series }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  useEffect(() => {
    let made: Drawing | null = null;
    let ended = false;
    void import('./echarts.ts').then(({ draw }) => {
      if (ended || !place.current) return;
      made = draw(place.current);
      setDrawing(made);
    });
    return () => {
      ended = true;
      made?.close();
    };
  }, []);
  useEffect(() => drawing?.show({ kind, x, series }), [drawing, kind, x, series]);
  return (
    <div className="clinic-chart-place" role="img" aria-label={title}>
      {!drawing && <PageSkeleton rows={4} />}
      <div ref={place} aria-hidden className="clinic-chart-canvas" data-testid="chart-canvas" />
    </div>
  );
}

function DataAsTable({ title, x, series }: ChartProps) {
  const t = useTexts('shell');
  return (
    <div className="clinic-chart-table">
      <table>
        <caption className="clinic-hidden">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{t('chart.category')}</th>
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {x.map((label, index) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {series.map(({ name, values }) => (
                <td key={name}>{values[index] ?? '–'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Figures as a drawing, and as a table for whoever cannot or would rather not read drawings. */
export function Chart(props: ChartProps) {
  const t = useTexts('shell');
  const [table, setTable] = useState(false);
  const none = props.x.length === 0;
  return (
    <figure className="clinic-chart" data-testid="chart">
      <figcaption className="clinic-chart-head">
        <h3>{props.title}</h3>
        {!none && (
          <Button size="small" onClick={() => setTable(!table)} aria-pressed={table} data-testid="chart-switch">
            {t(table ? 'chart.asChart' : 'chart.asTable')}
          </Button>
        )}
      </figcaption>
      {none ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('table.empty')} />
      ) : table ? (
        <DataAsTable {...props} />
      ) : (
        <Canvas {...props} />
      )}
    </figure>
  );
}
