// Cells as the engine sends them (canonical JSON) -> values that JavaScript people expect.
//
//   BIGINT -> bigint          BINARY, BLOB -> Uint8Array      MAP -> Map, MULTISET -> Map of counts
//   FLOAT, DOUBLE -> number   VARIANT -> any JSON value       DECIMAL, DATE, TIME, TIMESTAMP -> exact text

/** @typedef {string | {type: string, element?: PaimonType, key?: PaimonType, value?: PaimonType, fields?: {name: string, type: PaimonType}[]}} PaimonType */

/**
 * The function that turns a cell of `type` into a value, `undefined` where the cell is the value.
 * @param {PaimonType} type as in a schema file @returns {((cell: any) => any) | undefined}
 */
export function decoder(type) {
  const decode = typeof type === 'string' ? scalar(type) : nested(type);
  return decode && ((cell) => (cell === null ? null : decode(cell)));
}

function scalar(type) {
  if (/^BIGINT\b/.test(type)) return BigInt;
  if (/^(FLOAT|DOUBLE)\b/.test(type)) return Number;
  if (/^(BINARY|VARBINARY|BYTES|BLOB)\b/.test(type)) return bytes;
  if (/^VARIANT\b/.test(type)) return JSON.parse;
  return undefined;
}

function nested({ type, element, key, value, fields }) {
  if (/^(ARRAY|VECTOR)\b/.test(type)) {
    const decode = decoder(element);
    return decode && ((cells) => cells.map(decode));
  }
  if (/^(MAP|MULTISET)\b/.test(type)) {
    const [first, second] = type.startsWith('MAP') ? [decoder(key), decoder(value)] : [decoder(element), undefined];
    return (pairs) => new Map(pairs.map(([a, b]) => [first ? first(a) : a, second ? second(b) : b]));
  }
  return /^ROW\b/.test(type) ? record(fields) : undefined;
}

function record(fields) {
  const members = fields.map(({ name, type }) => [name, decoder(type)]).filter(([, decode]) => decode);
  if (members.length === 0) return undefined;
  return (row) => {
    for (const [name, decode] of members) row[name] = decode(row[name]);
    return row;
  };
}

function bytes(hex) {
  const out = new Uint8Array(hex.length / 2);
  for (let index = 0; index < out.length; index += 1) out[index] = Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16);
  return out;
}

/**
 * The function from a row of cells to an object.
 * @param {{name: string, schemaType: PaimonType}[]} columns @returns {(cells: any[]) => Record<string, any>}
 */
export function rowReader(columns) {
  const readers = columns.map(({ name, schemaType }) => [name, decoder(schemaType)]);
  return (cells) => {
    const row = {};
    for (let index = 0; index < readers.length; index += 1) {
      const [name, decode] = readers[index];
      const value = decode ? decode(cells[index]) : cells[index];
      if (name === '__proto__') Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
      else row[name] = value;
    }
    return row;
  };
}
