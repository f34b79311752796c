// How a table lies in its files: questions that Table answers besides rows. The shapes are in insight.d.ts.

import { longAsText } from './calls.js';

/** The questions, by the names of their methods; each takes one object with `signal` among the rest. */
export const QUESTIONS = [
  'levels', 'snapshotSizes', 'filesPage', 'diff', 'manifestEntries', 'footer', 'branches', 'consumers', 'pins', 'pinsOf', 'rowHistory', 'optionsInfo',
];

/** Those that are asked of a state of the table, which `at` may have chosen. */
const OF_A_STATE = ['levels', 'filesPage', 'rowHistory'];

/**
 * Gives a class the questions. @param {Function} Table
 * @param {(table: object) => {ask: (method: string, params: object, signal?: AbortSignal, onProgress?: Function) => Promise<any>, at: object}} inside
 */
export function answers(Table, inside) {
  for (const method of QUESTIONS) {
    Table.prototype[method] = function ask({ signal, onProgress, ...params } = {}) {
      const { ask, at } = inside(this);
      const state = OF_A_STATE.includes(method) ? at : {};
      return ask(method, JSON.parse(JSON.stringify({ ...state, ...params }, longAsText)), signal, onProgress);
    };
  }
}
