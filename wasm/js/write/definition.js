// What a new table shall be -> the engine's request.

import { errorOf } from '../errors.js';

/**
 * @typedef {Record<string, string | object> | {name: string, type: string | object, description?: string, defaultValue?: string}[]} NewFields
 *   types as SQL text or as in schema files
 */

const KNOWN = ['fields', 'schema', 'primaryKey', 'partitionBy', 'options', 'comment', 'ifNotExists'];

/**
 * The request as JSON.
 * @param {{fields?: NewFields, schema?: object, primaryKey?: string[], partitionBy?: string[], options?: object, comment?: string, ifNotExists?: boolean}} definition
 */
export function newTable(definition) {
  const unknown = Object.keys(definition).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw errorOf('invalid', `a table is made of ${KNOWN.join(', ')}, not of ${unknown}`);
  const { schema, fields = schema?.fields, ifNotExists } = definition;
  if (!fields) throw errorOf('invalid', 'a table needs fields, or the schema of another');
  return JSON.stringify({
    fields: Array.isArray(fields) ? fields.map(field) : Object.entries(fields).map(([name, type]) => ({ name, type })),
    primaryKey: definition.primaryKey ?? schema?.primaryKeys,
    partitionBy: definition.partitionBy ?? schema?.partitionKeys,
    options: texts({ ...schema?.options, ...definition.options }),
    comment: definition.comment ?? schema?.comment ?? undefined,
    ifNotExists,
  });
}

/** A field of ours, or one as `table.schema` gives it. */
function field({ name, type, schemaType, nullable, description, defaultValue }) {
  if (nullable === false && typeof type === 'string' && !/ NOT NULL$/.test(type)) type += ' NOT NULL';
  return { name, type: schemaType ?? type, description: description ?? undefined, defaultValue: defaultValue ?? undefined };
}

/** Options are text: numbers and booleans are written as Paimon reads them. */
function texts(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]));
}
