/** The bare side of the benchmark of slots: Fastify with one route that reads 20 rows by a prepared statement of mysql2 and answers by a schema. */
import Fastify from 'fastify';
import mysql, { type RowDataPacket } from 'mysql2/promise';

const [url = ''] = process.argv.slice(2);
/** As many as our pool has. */
const pool = mysql.createPool({ uri: url, connectionLimit: 10 });
const ROWS = 200;

await pool.query(`CREATE TABLE people (id CHAR(36) NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL, title VARCHAR(60) NOT NULL,
  department_id CHAR(36) NOT NULL, introduction TEXT NOT NULL, price DECIMAL(10,2) NOT NULL, enabled TINYINT(1) NOT NULL,
  created_at DATETIME(3) NOT NULL, INDEX people_department (department_id, id))`);
const department = '01a20089-0000-7000-8000-000000000000';
for (let row = 0; row < ROWS; row++) {
  const id = `01a20089-0000-7000-8000-${String(row).padStart(12, '0')}`;
  await pool.execute('INSERT INTO people VALUES (?, ?, ?, ?, ?, 99.00, 1, NOW(3))', [
    id,
    `医生 ${row}`,
    '主任医师',
    department,
    '中医内科'.repeat(8),
  ]);
}

const text = { type: 'string' } as const;
const item = {
  type: 'object',
  properties: {
    id: text,
    name: text,
    title: text,
    departmentId: text,
    introduction: text,
    price: text,
    enabled: { type: 'boolean' },
    createdAt: text,
  },
} as const;
const data = { type: 'object', properties: { items: { type: 'array', items: item } } } as const;
const schema = { response: { 200: { type: 'object', properties: { success: { type: 'boolean' }, data } } } };

const app = Fastify();
app.get('/people', { schema }, async () => {
  const [items] = await pool.execute<RowDataPacket[]>(
    `SELECT id, name, title, department_id AS departmentId, introduction, price, enabled, created_at AS createdAt FROM people
     WHERE department_id = ? ORDER BY id LIMIT 20`,
    [department],
  );
  return { success: true, data: { items } };
});
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }));
process.on('disconnect', () => process.exit());
