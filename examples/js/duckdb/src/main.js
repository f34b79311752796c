// cenote reads the table, DuckDB answers SQL about it: batches of Arrow go from one to the other as bytes.

import { openDuckdb } from './duckdb.js';
import { inWorker } from 'cenote';

const form = document.querySelector('form');
const status = document.querySelector('[role=status]');
const answer = document.querySelector('#answer');

const [{ openTable, close }, database] = await Promise.all([inWorker(), openDuckdb()]);
const connection = await database.connect();

const table = await openTable(new URL(location.href).searchParams.get('table'));
let batches = 0;
for await (const bytes of table.scan()) {
  await connection.insertArrowFromIPCStream(bytes, { name: 't', create: batches === 0 });
  batches += 1;
}
status.textContent = `${table.name} is the table t, ${batches} batches`;
table.close();
await close(); // all rows are with DuckDB now

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const rows = (await connection.query(form.elements.sql.value)).toArray();
    answer.textContent = rows.map(String).join('\n');
  } catch (error) {
    answer.textContent = error.message;
  }
});
form.requestSubmit();
