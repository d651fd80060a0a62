/** Statements as spans: what is done to which table, never a value, and never the statement itself, which may hold some. */
import type { Sequelize } from 'sequelize';
import type { Tracing } from '#rooms/ports.ts';
import type { Prepared } from './prepared.ts';

/** The first table of a statement: of names that stand nowhere else, so that no text of somebody's counts as one. */
const TABLE = /^\s*(?:UPDATE|.*?\b(?:FROM|INTO|TABLE))\s+[`"]?(\w{1,64})/is;
const VERB = /^\s*([a-z]{1,16})\b/i;
/** Of a long statement the table is at its beginning. */
const LOOKED_AT = 2_000;

type Query = (sql: unknown, ...rest: unknown[]) => Promise<unknown>;

/** Traces what goes through Sequelize, and prepared reads; only inside of a span. @returns the reads, traced */
export function traceStatements(tracing: Tracing, sequelize: Sequelize, prepared: Prepared): Prepared {
  const system = sequelize.getDialect() === 'sqlite' ? 'sqlite' : 'mysql';
  const tables = new Set(Object.values(sequelize.models).map((model) => model.tableName));

  function nameOf(statement: unknown): { verb: string; table: string | undefined } {
    const text = (typeof statement === 'string' ? statement : String((statement as { query?: unknown }).query)).slice(0, LOOKED_AT);
    const table = TABLE.exec(text)?.[1];
    return { verb: VERB.exec(text)?.[1]?.toUpperCase() ?? 'statement', table: table && tables.has(table) ? table : undefined };
  }
  async function traced<T>(statement: unknown, work: () => Promise<T>): Promise<T> {
    if (!tracing.active()) return work();
    const { verb, table } = nameOf(statement);
    const attributes = { 'db.system.name': system, 'db.operation.name': verb, ...(table && { 'db.collection.name': table }) };
    const span = tracing.start({ name: table ? `${verb} ${table}` : verb, kind: 'client', attributes });
    if (!span) return work();
    try {
      const result = await span.run(work);
      span.end();
      return result;
    } catch (error) {
      span.end(error);
      throw error;
    }
  }

  const query = sequelize.query.bind(sequelize) as Query;
  const tracedQuery: Query = (sql, ...rest) => traced(sql, () => query(sql, ...rest));
  Object.assign(sequelize, { query: tracedQuery });
  return {
    ...prepared,
    all: (sql, values) => traced(sql, () => prepared.all(sql, values)),
    one: (sql, values) => traced(sql, () => prepared.one(sql, values)),
  };
}
