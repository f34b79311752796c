// The golden tables through the package: rows at every snapshot, tag and branch, and the changes between snapshots, compared
// by the rules of check_golden.py.
//
// Runs anywhere that has fetch: `checkCase` gets the expectation and a function that opens tables.

/** Reads JSON and keeps integers beyond 2^53 as text, as the engine sends them. @param {string} text */
export function parseExact(text) {
  const tokens = /"(?:[^"\\]|\\.)*"|(?<![\d.])-?\d{16,}(?![\d.eE])/g;
  return JSON.parse(text.replace(tokens, (token) => (token[0] === '"' || Number.isSafeInteger(Number(token)) ? token : `"${token}"`)));
}

/** Brings a cell to one form, so that equal values compare equal. */
export function norm(value, type) {
  if (value === null || value === undefined) return null;
  if (typeof type === 'object') return normNested(value, type);
  if (/^FLOAT/.test(type) && typeof value === 'number') return Math.fround(value);
  if (/^VARIANT/.test(type) && typeof value === 'string') return sorted(JSON.parse(value));
  return value;
}

function normNested(value, type) {
  const kind = type.type.split(' ')[0];
  if (kind === 'ARRAY' || kind === 'VECTOR') return value.map((item) => norm(item, type.element));
  if (kind === 'ROW') return Object.fromEntries(type.fields.map(({ name, type: inner }) => [name, norm(value[name], inner)]));
  const [key, inner] = kind === 'MAP' ? [type.key, type.value] : [type.element, 'INT'];
  return value.map(([a, b]) => [norm(a, key), norm(b, inner)]).sort((a, b) => order(text(a[0]), text(b[0])));
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** JSON text that tells -0 from 0. */
function text(value) {
  return JSON.stringify(value, (_, inner) => (Object.is(inner, -0) ? '-0.0' : inner));
}

function normRow(row, fields, unordered) {
  return text(fields.map(({ name, type }) => {
    const value = norm(row[name], type);
    return unordered.has(name) && Array.isArray(value) ? value.map(text).sort() : value;
  }));
}

/** What is asked of one case. @returns {{what: string, branch?: string, at?: object, range?: object, expected: object, schemaId?: number}[]} */
export function checksOf(expect) {
  const entries = (what, map, at) => Object.entries(map ?? {}).map(([name, expected]) => ({
    what: `${what} ${name}`, at: at(name), expected, schemaId: expected.schema_id,
  }));
  const changes = (expect.incremental ?? []).map(({ from, to, rows }) => (
    { what: `changes ${from}-${to}`, range: { from, to }, expected: { rows } }
  ));
  return [
    ...changes,
    { what: 'latest', at: {}, expected: expect.latest },
    ...entries('snapshot', expect.at_snapshot, (id) => ({ snapshot: Number(id) })),
    ...entries('tag', expect.at_tag, (tag) => ({ tag })),
    ...entries('branch', expect.branches, () => ({})).map((check) => ({ ...check, branch: check.what.slice('branch '.length) })),
  ];
}

/**
 * Runs one check. @returns {Promise<{what: string, outcome: 'pass' | 'fail', why?: string}>}
 * @param {object} expect @param {object} check
 * @param {(branch?: string) => Promise<any>} open the table, or its branch
 */
export async function runCheck(expect, check, open) {
  try {
    const table = await open(check.branch);
    const why = await compare(table, expect, check);
    await table.close();
    return { what: check.what, outcome: why ? 'fail' : 'pass', why };
  } catch (error) {
    return { what: check.what, outcome: 'fail', why: `${error.kind ?? error.name}: ${error.message}${error.path ? ` (${error.path})` : ''}` };
  }
}

async function compare(table, expect, { at, range, expected, schemaId }) {
  const fields = await fieldsOf(table, expect, schemaId);
  const unordered = new Set(expect.unordered_columns);
  const cursor = await (range ? table.changes(range).cursor() : table.cursor(at));
  const names = cursor.columns.map(({ name }) => name);
  const wanted = [...(range ? ['_rowkind'] : []), ...fields.map(({ name }) => name)];
  if (text(names) !== text(wanted)) return `columns ${names} instead of ${wanted}`;
  const got = await allRows(cursor, names);
  const comparable = (row) => normRow(row, fields, unordered);
  if (range) return difference(expected.rows.map(([kind, row]) => `${kind} ${comparable(row)}`), got.map((row) => `${row._rowkind} ${comparable(row)}`));
  if (expected.rows === undefined) return compareHash(got, names, expected);
  return difference(expected.rows.map(comparable), got.map(comparable));
}

async function allRows(cursor, names) {
  const rows = [];
  for (let done = false; !done; ) {
    const page = await cursor.rows(1000);
    for (const cells of page.rows) rows.push(Object.fromEntries(names.map((name, index) => [name, cells[index]])));
    done = page.done;
  }
  await cursor.close();
  return rows;
}

async function fieldsOf(table, expect, schemaId) {
  const plain = (fields) => fields.map(({ name, schemaType }) => ({ name, type: schemaType }));
  if (schemaId === undefined) return plain(table.schema.fields);
  return plain((await table.schemas()).find(({ id }) => id === schemaId).fields);
}

async function compareHash(got, names, expected) {
  if (got.length !== expected.row_count) return `${got.length} rows instead of ${expected.row_count}`;
  const lines = got.map((row) => JSON.stringify(Object.fromEntries(names.map((name) => [name, row[name]])))).sort();
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex === expected.rows_sha256 ? undefined : 'the hash of the rows differs';
}

function difference(expected, got) {
  const counts = new Map();
  for (const row of expected) counts.set(row, (counts.get(row) ?? 0) + 1);
  const unexpected = [];
  for (const row of got) {
    const left = counts.get(row) ?? 0;
    if (left === 0) unexpected.push(row);
    else counts.set(row, left - 1);
  }
  const missing = [...counts].filter(([, count]) => count > 0).map(([row]) => row);
  if (missing.length === 0 && unexpected.length === 0) return undefined;
  const show = (rows) => `${rows.length}${rows.length > 0 ? ` e.g. ${rows[0].slice(0, 200)}` : ''}`;
  return `rows ${got.length} instead of ${expected.length}; missing ${show(missing)}; unexpected ${show(unexpected)}`;
}

/** One line for all outcomes. @param {{name: string, outcome: string}[]} results */
export function summary(results) {
  const count = (kind) => results.filter(({ what }) => what.startsWith(kind)).length;
  const passed = (list) => list.filter(({ outcome }) => outcome === 'pass').length;
  const cases = [...new Set(results.map(({ name }) => name))];
  const whole = cases.filter((name) => results.every((result) => result.name !== name || result.outcome === 'pass'));
  return `golden cases ${whole.length} of ${cases.length}, checks ${passed(results)} of ${results.length} pass `
    + `(${count('latest')} latest, ${count('snapshot')} snapshots, ${count('tag')} tags, ${count('branch')} branches, ${count('changes')} changes)`;
}

/** What did not pass, a line each, the first few. @param {{name: string, what: string, outcome: string, why?: string}[]} results */
export function failures(results) {
  const wrong = results.filter(({ outcome }) => outcome !== 'pass');
  return wrong.slice(0, 50).map(({ name, what, outcome, why }) => `${name} [${what}] ${outcome}: ${why}`).join('\n');
}
