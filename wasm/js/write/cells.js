// Values that JavaScript people have -> cells as the engine takes them: the way back of `rows.js`.
//
// What `.rows()` gives is taken as it is. Besides: numbers for BIGINT and DECIMAL where they are exact, a Date for
// TIMESTAMP (its UTC time), an object for MAP, any bytes for BINARY. What does not fit is an error, never another value.

/** @typedef {import('../rows.js').PaimonType} PaimonType */

/** What is wrong with a value; whoever knows row and column makes an error of it. */
export class Misfit extends Error {}

/**
 * The function that turns a value of `type` into a cell; null and undefined are null.
 * @param {PaimonType} type as in a schema file @returns {(value: any) => any}
 */
export function encoder(type) {
  const encode = typeof type === 'string' ? scalar(type) : nested(type);
  return (value) => (value === null || value === undefined ? null : encode(value));
}

function scalar(type) {
  const [name] = /^[A-Z]+/.exec(type) ?? [type];
  if (name === 'TIMESTAMP') return type.includes('LOCAL TIME ZONE') ? instant : wallClock;
  return SCALARS[name] ?? (() => fail(`cannot write ${type}`));
}

const SCALARS = {
  BOOLEAN: (value) => (typeof value === 'boolean' ? value : misfit(value, 'true or false')),
  TINYINT: whole,
  SMALLINT: whole,
  INT: whole,
  BIGINT: long,
  FLOAT: floating,
  DOUBLE: floating,
  DECIMAL: decimal,
  CHAR: text,
  VARCHAR: text,
  STRING: text,
  BINARY: hex,
  VARBINARY: hex,
  BYTES: hex,
  BLOB: hex,
  DATE: day,
  TIME: text,
};

function whole(value) {
  if (Number.isSafeInteger(value)) return value;
  return typeof value === 'bigint' ? String(value) : misfit(value, 'an integer');
}

function long(value) {
  if (typeof value === 'bigint') return String(value);
  if (Number.isSafeInteger(value)) return value;
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return value;
  return misfit(value, typeof value === 'number' ? 'a bigint, or an integer that a number holds exactly' : 'a bigint or an integer');
}

function floating(value) {
  // JSON knows no NaN and no -0, and its parsers may miss the last bit: the shortest text is exact.
  if (typeof value === 'number') return Object.is(value, -0) ? '-0.0' : String(value);
  return typeof value === 'string' && /^(NaN|-?Infinity)$/.test(value) ? value : misfit(value, 'a number');
}

function decimal(value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || Number.isFinite(value)) return String(value);
  return misfit(value, 'a decimal as text, or a number');
}

function text(value) {
  return typeof value === 'string' ? value : misfit(value, 'text');
}

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex(value) {
  if (typeof value === 'string') return value;
  const bytes = ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : value instanceof ArrayBuffer ? new Uint8Array(value) : misfit(value, 'a Uint8Array');
  let out = '';
  for (const byte of bytes) out += DIGITS[byte];
  return out;
}

/** A Date is an instant: only midnight in UTC is surely a day. */
function day(value) {
  if (!(value instanceof Date)) return text(value);
  const iso = stamp(value);
  return iso.endsWith('T00:00:00.000') ? iso.slice(0, -13) : fail(`expected a day as text or a Date at midnight UTC, found ${iso}Z`);
}

function instant(value) {
  return value instanceof Date ? `${stamp(value)}Z` : text(value);
}

function wallClock(value) {
  if (value instanceof Date) return stamp(value);
  // Paimon's TIMESTAMP has no zone: a text with one would be moved to UTC without a word.
  return /[T ].*(?:[Zz]|[+-]\d)/.test(text(value)) ? fail(`expected a time without a zone, found ${JSON.stringify(value)}`) : value;
}

/** `2024-01-31T12:00:00.123`, years beyond 9999 as the engine has them. */
function stamp(date) {
  if (Number.isNaN(date.getTime())) fail('expected a time, found an invalid Date');
  return date.toISOString().slice(0, -1).replace(/^([+-])0(?=\d{5})/, '$1').replace(/^-0(?=\d{4}-)/, '-');
}

function nested({ type, element, key, value, fields }) {
  if (/^(ARRAY|VECTOR)\b/.test(type)) return list(encoder(element));
  if (/^MAP\b/.test(type)) return map(encoder(key), encoder(value));
  if (/^MULTISET\b/.test(type)) return map(encoder(element), encoder('INT'));
  if (/^ROW\b/.test(type)) return record(fields);
  return () => fail(`cannot write ${type}`);
}

function list(encode) {
  return (value) => {
    if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && Symbol.iterator in value)) return misfit(value, 'an array');
    return Array.from(value, encode);
  };
}

function map(encodeKey, encodeValue) {
  return (value) => {
    const isPlain = typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value));
    const entries = value instanceof Map || Array.isArray(value) ? value : isPlain ? Object.entries(value) : misfit(value, 'a Map');
    return Array.from(entries, (entry) => {
      if (!Array.isArray(entry) || entry.length !== 2) misfit(entry, 'a [key, value] pair');
      return [encodeKey(entry[0]), encodeValue(entry[1])];
    });
  };
}

function record(fields) {
  const members = new Map(fields.map(({ name, type }) => [name, encoder(type)]));
  return (value) => {
    if (typeof value !== 'object' || Array.isArray(value) || value instanceof Map) return misfit(value, 'an object');
    const row = {};
    for (const name of Object.keys(value)) {
      const encode = members.get(name) ?? fail(`the row has no field ${JSON.stringify(name)}`);
      if (value[name] !== undefined) Object.defineProperty(row, name, { value: encode(value[name]), enumerable: true });
    }
    return row;
  };
}

function misfit(value, expected) {
  return fail(`expected ${expected}, found ${shown(value)}`);
}

function fail(message) {
  throw new Misfit(message);
}

function shown(value) {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value !== 'object') return String(value);
  return value === null ? 'null' : `${/^[AEIOU]/.test(value.constructor?.name) ? 'an' : 'a'} ${value.constructor?.name ?? 'Object'}`;
}
