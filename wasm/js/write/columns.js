// Objects -> columns of cells, a bounded number of rows at a time.

import { errorOf } from '../errors.js';
import { encoder, Misfit } from './cells.js';

/** Rows handed to the engine at once: few enough to bound memory, enough to make the way there cheap. */
export const CHUNK = 4096;

/** Member of a row that says what it does to its key, as `changes()` gives it. */
const KIND = '_rowkind';
const KINDS = new Set(['+I', '-U', '+U', '-D']);

/** Collects rows for one table. */
export class Columns {
  #columns;
  #byName;
  #required;
  #hasOwnKind;
  #kinds = '';
  #sawKind = false;
  #defaultKind;
  #first;
  #rows = 0;

  /**
   * @param {{fields: {name: string, schemaType: object}[]}} table what the engine says of the table
   * @param {{kind?: string, required?: string[], first?: number}} [how] kind of rows that do not say theirs, columns that
   *   every row must have, number of the first row
   */
  constructor({ fields }, { kind = '+I', required = [], first = 0 } = {}) {
    this.#columns = fields.map(({ name, schemaType }) => ({ name, encode: encoder(schemaType), cells: [], used: false }));
    this.#byName = new Map(this.#columns.map((column) => [column.name, column]));
    this.#required = required;
    this.#hasOwnKind = this.#byName.has(KIND);
    this.#defaultKind = kind;
    this.#first = first;
  }

  get rows() {
    return this.#rows;
  }

  /** @param {Record<string, any>} row */
  add(row) {
    const number = this.#first + this.#rows;
    if (row === null || typeof row !== 'object' || Array.isArray(row)) throw wrong(`expected an object, found ${row === null ? 'null' : typeof row}`, number);
    for (const name of Object.keys(row)) if (!this.#byName.has(name) && (name !== KIND || this.#hasOwnKind)) throw this.#unknown(name, number);
    for (const name of this.#required) {
      if (row[name] === null || row[name] === undefined) throw wrong('the row to delete must have this column', number, name);
    }
    for (const column of this.#columns) {
      const value = Object.hasOwn(row, column.name) ? row[column.name] : undefined;
      if (value !== undefined) column.used = true;
      column.cells.push(encoded(column, value, number));
    }
    this.#addKind(row, number);
    this.#rows += 1;
  }

  /** The rows so far as the engine takes them; collecting starts anew. */
  take() {
    // A column that no row has is left out: the engine knows its default.
    const used = this.#columns.filter((column) => column.used);
    const taken = {
      names: JSON.stringify(used.map(({ name }) => name)),
      cells: JSON.stringify(used.map(({ cells }) => cells)),
      rows: this.#rows,
      kinds: this.#sawKind || this.#defaultKind !== '+I' ? this.#kinds : undefined,
      first: this.#first,
    };
    for (const column of this.#columns) Object.assign(column, { cells: [], used: false });
    this.#first += this.#rows;
    this.#rows = 0;
    this.#kinds = '';
    this.#sawKind = false;
    return taken;
  }

  #addKind(row, number) {
    const said = this.#hasOwnKind ? undefined : row[KIND];
    if (said !== undefined && !KINDS.has(said)) throw wrong(`expected a row kind +I, -U, +U or -D, found ${JSON.stringify(said)}`, number, KIND);
    if (said !== undefined) this.#sawKind = true;
    this.#kinds += said ?? this.#defaultKind;
  }

  #unknown(name, number) {
    const known = this.#columns.map((column) => column.name).join(', ');
    return wrong(`no column ${JSON.stringify(name)}; the table has ${known}`, number, name);
  }
}

function encoded({ name, encode }, value, row) {
  try {
    return encode(value);
  } catch (error) {
    throw error instanceof Misfit ? wrong(error.message, row, name) : error;
  }
}

function wrong(message, row, column) {
  return errorOf('invalid', message, { row, column });
}
