/** The copy of all that is kept about a person: JSON of every table, their files, their prescriptions on paper. */
import { type Model, type ModelStatic, QueryTypes } from 'sequelize';
import { type SealedColumn, sealedColumns, type Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Files } from '#src/files/service.ts';
import { readMoney, yuanText } from '#src/money.ts';
import { isMoney } from './catalogue.ts';
import { fileIds, type PersonalTable, personalTables } from './rows.ts';
import type { ZipEntry } from './zip.ts';

/** A prescription on paper. */
export interface PaperPort {
  paper(id: string): Promise<{ name: string; bytes: Buffer }>;
}

export interface CopyingParts {
  database: Database;
  vault: Vault;
  files: Pick<Files, 'open'>;
  prescriptions: PaperPort;
}

/** Rows that are read at a time. */
const PORTION = 500;
/** How SQLite keeps a time. */
const SQLITE_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \+00:00$/;

const README = `这是诊所保存的、与您有关的全部数据的副本。
data/ 中每个文件对应一类数据（JSON 格式，index.json 为目录）；files/ 是上传的文件；prescriptions/ 是处方笺。
加密保存的内容已在此解密，请妥善保管。

This is a copy of everything that the clinic keeps about you.
Each file in data/ is one kind of data (JSON; index.json lists them); files/ holds uploads, prescriptions/ prescriptions on paper.
What is encrypted at the clinic is readable here: keep it in a safe place.
`;

/** Everything about a person, one entry after the other. */
export async function* copyOf(parts: CopyingParts, userId: string): AsyncGenerator<ZipEntry> {
  yield { name: 'README.txt', content: [Buffer.from(README)], packed: true };
  const index: Record<string, { file: string; holds: string; rows: number }> = {};
  for (const table of personalTables) {
    const counted = { rows: 0 };
    const rows = rowsOf(parts, table, userId);
    const first = await rows.next();
    if (first.done) continue;
    const file = `data/${table.name}.json`;
    yield { name: file, content: jsonList(first.value, rows, counted) };
    index[table.name] = { file, holds: table.rules.holds, rows: counted.rows };
  }
  yield { name: 'data/index.json', content: [Buffer.from(JSON.stringify(index, null, 2))] };
  yield* contentsOf(parts, userId);
  yield* papersOf(parts, userId);
}

async function* jsonList(first: object, rest: AsyncIterable<object>, counted: { rows: number }): AsyncGenerator<Buffer> {
  let before = '[\n';
  const line = (row: object): Buffer => {
    const text = `${before}${JSON.stringify(row)}`;
    before = ',\n';
    counted.rows++;
    return Buffer.from(text);
  };
  yield line(first);
  for await (const row of rest) yield line(row);
  yield Buffer.from('\n]\n');
}

async function* rowsOf({ database, vault }: CopyingParts, table: PersonalTable, user: string): AsyncGenerator<object> {
  const { sequelize } = database;
  const { name, about } = table;
  const model = Object.values(sequelize.models).find((candidate) => candidate.getTableName() === name) as ModelStatic<Model> | undefined;
  if (!model) throw new Error(`The table ${name} has no model`);
  const keys = model.primaryKeyAttributes.map((attribute) => `\`${model.getAttributes()[attribute]?.field ?? attribute}\``).join(', ');
  const sealed = sealedColumns().filter((column) => column.table === name);
  for (let offset = 0; ; offset += PORTION) {
    const sql = `SELECT * FROM \`${name}\` WHERE ${about} ORDER BY ${keys} LIMIT ${PORTION} OFFSET ${offset}`;
    const rows = await sequelize.query<Record<string, unknown>>(sql, { type: QueryTypes.SELECT, replacements: { user } });
    for (const row of rows) yield readable(database, vault, table, sealed, row);
    if (rows.length < PORTION) return;
  }
}

function readable(
  { sequelize }: Database,
  vault: Vault,
  { rules }: PersonalTable,
  sealed: readonly SealedColumn[],
  row: Record<string, unknown>,
): object {
  const shown: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(row)) {
    if (rules.internal?.includes(column)) continue;
    const lock = sealed.find((candidate) => candidate.column === column);
    const name = column.replace(/_sealed$/, '');
    // The same words in clear stand before it: of the system, or from before they were sealed.
    if (lock && value === null && shown[name]) continue;
    if (typeof value !== 'string')
      shown[name] = isMoney(column) && typeof value === 'number' ? yuanText(readMoney(sequelize, value)) : value;
    else if (lock) shown[name] = structured(vault.open(lock, String(row[lock.idColumn]), value));
    else shown[name] = SQLITE_TIME.test(value) ? new Date(value).toISOString() : value;
  }
  return shown;
}

/** What was sealed is JSON or a text. */
function structured(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

async function* contentsOf({ database, files }: CopyingParts, userId: string): AsyncGenerator<ZipEntry> {
  for (const id of await fileIds(database, userId)) {
    try {
      const { name, stream } = await files.open(id);
      yield { name: `files/${id}/${name.replaceAll(/[/\\]/g, '_')}`, content: stream as AsyncIterable<Buffer>, packed: true };
    } catch (error) {
      // Deleted: its content is gone.
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

async function* papersOf({ database, prescriptions }: CopyingParts, userId: string): AsyncGenerator<ZipEntry> {
  const rows = await database.models.prescriptions.findAll({
    where: { patientId: userId, status: 'approved' },
    attributes: ['id'],
    order: ['id'],
  });
  for (const { id } of rows) {
    const { name, bytes } = await prescriptions.paper(id);
    yield { name: `prescriptions/${name}`, content: [bytes], packed: true };
  }
}
