/** The parts of echarts that the clinic uses, behind the few words that `<Chart>` needs. Loaded with the first chart. */
import { BarChart, LineChart, PieChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { cssToken } from '../theme.ts';

register([BarChart, LineChart, PieChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

export interface ChartData {
  kind: 'line' | 'bar' | 'pie';
  /** Labels of the points, bars or slices, from left to right. */
  x: readonly string[];
  /** A value for each label; null where there is none. A pie shows the first only. */
  series: readonly { name: string; values: readonly (number | null)[] }[];
}

export interface Drawing {
  show(data: ChartData): void;
  close(): void;
}

/** Told apart by lightness as well as by hue. */
const COLOURS = ['#0b6b66', '#d9822b', '#3f6fb5', '#8fb8a8', '#7a4b00', '#a3241c'];

/** Labels up to which each is shown, in lines: beyond, they are days or months of which some may be left out. */
const FEW = 8;
/** Of the axis at the left, px. */
const MARGIN = 48;

/** Draws into an element, in its size as that changes. */
export function draw(place: HTMLElement): Drawing {
  const chart = init(place);
  const resized = new ResizeObserver(() => chart.resize());
  resized.observe(place);
  return {
    show: (data) => chart.setOption(optionOf(data, place.clientWidth), { notMerge: true }),
    close() {
      resized.disconnect();
      chart.dispose();
    },
  };
}

/** @param width of all, px */
function optionOf({ kind, x, series }: ChartData, width: number) {
  const text = { color: cssToken('ink-soft'), fontFamily: cssToken('font'), fontSize: 13 };
  const common = {
    color: COLOURS,
    textStyle: text,
    animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    // Named by what stands around it.
    aria: { enabled: true, label: { enabled: false }, decal: { show: series.length > 1 || kind === 'pie' } },
    // The other form of a tooltip writes `style` attributes, which our style-src refuses.
    tooltip: { trigger: kind === 'pie' ? 'item' : 'axis', renderMode: 'richText', confine: true } as const,
    legend: series.length > 1 && kind !== 'pie' ? { type: 'scroll' as const, bottom: 0, textStyle: text } : undefined,
  };
  if (kind === 'pie') {
    const [first] = series;
    const data = x.map((name, index) => ({ name, value: first?.values[index] ?? 0 }));
    return { ...common, series: [{ type: kind, name: first?.name ?? '', radius: ['40%', '65%'], label: text, data }] };
  }
  // Of visits there are no halves.
  const whole = series.every(({ values }) => values.every((value) => value === null || Number.isInteger(value)));
  const named = x.length <= FEW && { interval: 0, fontSize: 12, width: (width - MARGIN) / x.length, overflow: 'break' as const };
  const line = { lineStyle: { color: cssToken('line') } };
  return {
    ...common,
    grid: { left: 8, right: 16, top: 16, bottom: series.length > 1 ? 36 : 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: { type: 'category', data: [...x], axisLabel: { ...text, ...named }, axisLine: line, axisTick: { show: false } },
    yAxis: { type: 'value', ...(whole && { minInterval: 1 }), axisLabel: text, splitLine: line },
    series: series.map(({ name, values }) => ({
      type: kind,
      name,
      data: [...values],
      barMaxWidth: 36,
      symbolSize: 7,
      showAllSymbol: true,
    })),
  };
}
