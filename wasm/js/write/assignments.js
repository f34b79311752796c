// Columns and what they are set to -> SQL expressions, as the engine takes them.

import { errorOf } from '../errors.js';

/**
 * @param {Record<string, string | number | bigint | boolean | null>} set text is a SQL expression over the old row
 * @returns {[string, string][]}
 */
export function assignments(set) {
  if (set === null || typeof set !== 'object' || Array.isArray(set)) throw errorOf('invalid', 'expected columns with their expressions as `set`');
  return Object.entries(set).map(([column, value]) => [column, expression(value, column)]);
}

function expression(value, column) {
  if (typeof value === 'string') return value;
  if (value === null) return 'NULL';
  if (typeof value === 'boolean' || typeof value === 'bigint' || Number.isFinite(value)) return String(value);
  throw errorOf('invalid', `expected a SQL expression as text, a number, true, false or null, found ${typeof value}`, { column });
}
