// Reads the table that is asked for, in a worker; asking for another one cancels the first.

import { inWorker } from 'cenote';

const { openTable } = await inWorker();
const form = document.querySelector('form');
const status = document.querySelector('#status');
const grid = document.querySelector('#rows');
let reading = new AbortController();

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const { table, filter } = Object.fromEntries(new FormData(form));
  reading.abort();
  reading = new AbortController();
  const { signal } = reading;
  show(table, filter, signal).catch((error) => {
    if (!signal.aborted) status.textContent = `${error.name}: ${error.message}${error.hint ? ` (${error.hint})` : ''}`;
  });
});

async function show(location, filter, signal) {
  grid.replaceChildren();
  status.textContent = 'opening …';
  const table = await openTable(location, { signal });
  try {
    const [latest] = await table.snapshots({ limit: 1, signal });
    grid.append(line('th', table.schema.fields.map(({ name }) => name)));
    let count = 0;
    for await (const row of table.scan({ filter: filter || undefined, limit: 100, signal }).rows()) {
      grid.append(line('td', Object.values(row)));
      count += 1;
    }
    const { requests, bytes } = table.io().totals;
    status.textContent = `${table.name}: ${count} rows of snapshot ${latest?.id ?? 'none'}, ${requests} requests, ${bytes} bytes`;
  } finally {
    table.close();
  }
}

function line(kind, values) {
  const row = document.createElement('tr');
  for (const value of values) {
    const cell = document.createElement(kind);
    cell.textContent = value === null ? '∅' : String(value);
    row.append(cell);
  }
  return row;
}

const asked = new URL(location.href).searchParams.get('table');
if (asked) {
  form.elements.table.value = asked;
  form.requestSubmit();
}
