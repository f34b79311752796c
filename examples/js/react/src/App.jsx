import { useState } from 'react';
import { useRows, useTable } from './cenote.js';

/** A table by its address: filter, columns, rows. */
export function App({ location }) {
  const [filter, setFilter] = useState('');
  const { table, error } = useTable(location);
  if (error) return <Problem error={error} />;
  if (!table) return <p role="status">opening …</p>;
  return (
    <main>
      <h1>{table.name}</h1>
      <form onSubmit={(event) => { event.preventDefault(); setFilter(new FormData(event.currentTarget).get('filter')); }}>
        <label>Filter <input name="filter" placeholder="id > 100" /></label> <button>Read</button>
      </form>
      <Rows table={table} filter={filter || undefined} />
    </main>
  );
}

function Rows({ table, filter }) {
  const { rows, isDone, error } = useRows(table, { filter, limit: 5000 });
  if (error) return <Problem error={error} />;
  const names = table.schema.fields.map(({ name }) => name);
  return (
    <>
      <p role="status">{isDone ? `${rows.length} rows` : `${rows.length} rows so far …`}</p>
      <table>
        <thead><tr>{names.map((name) => <th key={name}>{name}</th>)}</tr></thead>
        <tbody>
          {rows.slice(0, 100).map((row, index) => (
            <tr key={index}>{names.map((name) => <td key={name}>{row[name] === null ? '∅' : String(row[name])}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Problem({ error }) {
  return <div role="alert"><strong>{error.name}</strong>: {error.message}{error.hint && <pre>{error.hint}</pre>}</div>;
}
