/** Alerts and dashboard name metrics that exist, and the runbook knows every alert. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { parse } from 'yaml';
import { loadConfig } from '#config/index.ts';
import { wire } from '#src/wire.ts';
import { projectRoot } from './workplace.ts';

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; runbook_url: string };
}
interface Panel {
  title: string;
  targets?: { expr: string; legendFormat: string }[];
}

const read = (file: string): Promise<string> => readFile(path.join(projectRoot, file), 'utf8');
const rules = (parse(await read('deploy/monitoring/alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(await read('deploy/monitoring/grafana-dashboard.json')) as { panels: Panel[] };
const targets = panels.flatMap((panel) => panel.targets ?? []);

/** Names in an expression that are neither functions, nor labels, nor texts. */
function metricsOf(expr: string): string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, '');
  return [...bare.matchAll(/\b[a-z]\w*\b(?!\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !/^(e\d*|sum|max|min|and|or|unless|by|offset)$/.test(name));
}

/** What `/metrics` of a server says that it has, with the series of its histograms. */
async function served(): Promise<Set<string>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-metrics-'));
  const config = loadConfig({ NODE_ENV: 'test', DATA_DIR: folder, MEDIA_WORKERS: '1' });
  const server = await wire({ config, log: pino({ level: 'silent' }) });
  try {
    const { body } = await server.app.inject('/metrics');
    const types = [...body.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
    const parts = (name: string, type: string): string[] =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
    return new Set(types.flatMap(([, name = '', type = '']) => parts(name, type)).concat('up'));
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

test('every metric that an alert or a panel names is served, but for those of the machine itself', async () => {
  const names = new Set([...rules, ...targets].flatMap(({ expr }) => metricsOf(expr)).filter((name) => !name.startsWith('node_')));
  expect(names.size).toBeGreaterThan(30);
  const known = await served();
  expect([...names].filter((name) => !known.has(name))).toEqual([]);
});

test('the runbook says of every alert what it means, what people see, where to look, what to do and when it is over', async () => {
  const page = await read('docs/runbook.md');
  const sections = new Map(page.split(/^## /m).map((section) => [section.split('\n', 1)[0] ?? '', section]));
  for (const { alert, labels, annotations } of rules) {
    expect(labels.severity).toMatch(/^(critical|warning)$/);
    expect(annotations).toEqual({ summary: expect.any(String), runbook_url: `docs/runbook.md#${alert.toLowerCase()}` });
    const parts = [...(sections.get(alert) ?? '').matchAll(/^- \*\*(.+?)\*\*: \S/gm)].map(([, name]) => name);
    expect([alert, ...parts]).toEqual([alert, 'Means', 'People see', 'Look', 'Do', 'Over']);
  }
  expect([...sections.keys()].filter((name) => /^[A-Z]\w+$/.test(name)).toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
});
