// What shall become of a table's schema -> changes in the JSON of Paimon's REST catalogs, as the engine takes them.

import { errorOf } from '../errors.js';

/** What a change may say, by the member that names it; `undefined` members count as absent. */
const KINDS = {
  addColumn: ['type', 'comment', 'default', 'first', 'last', 'after', 'before'],
  renameColumn: ['to'],
  dropColumn: [],
  moveColumn: ['first', 'last', 'after', 'before'],
  setType: ['type'],
  setNullable: ['nullable'],
  setComment: ['comment'],
  setDefault: ['value'],
  setOption: ['value'],
  removeOption: [],
  tableComment: [],
};

/** @param {object | object[]} changes @returns {object[]} */
export function alterations(changes) {
  const list = Array.isArray(changes) ? changes : [changes];
  if (list.length === 0) throw errorOf('invalid', 'expected a change of the schema');
  return list.flatMap(alteration);
}

function alteration(change) {
  const given = Object.entries(change ?? {}).filter(([, value]) => value !== undefined).map(([name]) => name);
  const kinds = given.filter((name) => Object.hasOwn(KINDS, name));
  if (kinds.length !== 1) throw errorOf('invalid', `a change of a schema is one of ${Object.keys(KINDS).join(', ')}; found ${JSON.stringify(given)}`);
  const [kind] = kinds;
  const unknown = given.find((name) => name !== kind && !KINDS[kind].includes(name));
  if (unknown !== undefined) throw errorOf('invalid', `${kind} takes ${KINDS[kind].join(', ') || 'nothing else'}, not ${unknown}`);
  return MADE[kind](change);
}

const MADE = {
  addColumn({ addColumn, type, comment, default: value, ...place }) {
    const fieldNames = path(addColumn);
    const position = move(fieldNames.at(-1), place);
    const added = { action: 'addColumn', fieldNames, dataType: required(type, 'type'), comment, ...(position ? { move: position } : {}) };
    return value === undefined ? [added] : [added, ...MADE.setDefault({ setDefault: addColumn, value })];
  },
  renameColumn: ({ renameColumn, to }) => [{ action: 'renameColumn', fieldNames: path(renameColumn), newName: required(to, 'to') }],
  dropColumn: ({ dropColumn }) => [{ action: 'dropColumn', fieldNames: path(dropColumn) }],
  moveColumn: ({ moveColumn, ...place }) => [{ action: 'updateColumnPosition', move: required(move(moveColumn, place), 'first, last, after or before') }],
  // Text says nothing of null unless it says NOT NULL: what the column is stays.
  setType: ({ setType, type }) => [{ action: 'updateColumnType', fieldNames: path(setType), newDataType: required(type, 'type'), keepNullability: !/NOT NULL\s*$/i.test(type?.type ?? type) }],
  setNullable: ({ setNullable, nullable }) => [{ action: 'updateColumnNullability', fieldNames: path(setNullable), newNullability: required(nullable, 'nullable') }],
  setComment: ({ setComment, comment }) => [{ action: 'updateColumnComment', fieldNames: path(setComment), newComment: required(comment, 'comment') }],
  setDefault: ({ setDefault, value }) => [{ action: 'updateColumnDefaultValue', fieldNames: path(setDefault), newDefaultValue: text(required(value, 'value')) }],
  setOption: ({ setOption, value }) => [{ action: 'setOption', key: setOption, value: text(required(value, 'value')) }],
  removeOption: ({ removeOption }) => [{ action: 'removeOption', key: removeOption }],
  tableComment: ({ tableComment }) => [{ action: 'updateComment', comment: tableComment }],
};

/** A column, or the way to a field within it. */
function path(column) {
  return Array.isArray(column) ? column : [column];
}

/** Where a column shall be; `undefined` where nothing is said. */
function move(fieldName, { first, last, after, before }) {
  const places = [first && ['FIRST'], last && ['LAST'], after !== undefined && ['AFTER', after], before !== undefined && ['BEFORE', before]].filter(Boolean);
  if (places.length > 1) throw errorOf('invalid', 'a column has one place: first, last, after or before');
  if (places.length === 0) return undefined;
  const [[type, referenceFieldName]] = places;
  return { fieldName, referenceFieldName, type };
}

function required(value, name) {
  if (value === undefined) throw errorOf('invalid', `the change lacks ${name}`);
  return value;
}

/** Values of options and defaults are text; null takes a default away. */
function text(value) {
  return value === null ? null : String(value);
}
