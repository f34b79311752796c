// Tables as React has things: opened when a component appears, closed when it goes.

import { inWorker } from 'cenote';
import { useEffect, useState } from 'react';

/** One worker for all of the page; it ends by itself when no table is open. */
const engine = inWorker();

/** An open table. @param {string} location @returns {{table?: import('cenote').Table, error?: Error}} */
export function useTable(location) {
  const [state, setState] = useState({});
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const opened = engine.then(({ openTable }) => openTable(location, { signal }));
    opened.then((table) => setState({ table }), (error) => signal.aborted || setState({ error }));
    return () => {
      controller.abort();
      setState({});
      opened.then((table) => table.close(), () => undefined);
    };
  }, [location]);
  return state;
}

/**
 * Rows of a table as they come.
 * @param {import('cenote').Table | undefined} table @param {{filter?: string, limit?: number}} options
 * @returns {{rows: object[], isDone: boolean, error?: Error}}
 */
export function useRows(table, { filter, limit }) {
  const [state, setState] = useState({ rows: [], isDone: false });
  useEffect(() => {
    if (!table) return undefined;
    const controller = new AbortController();
    const { signal } = controller;
    const read = async () => {
      const rows = [];
      for await (const row of table.scan({ filter, limit, signal }).rows()) {
        rows.push(row);
        if (rows.length % 1000 === 0) setState({ rows: [...rows], isDone: false });
      }
      setState({ rows, isDone: true });
    };
    read().catch((error) => signal.aborted || setState({ rows: [], isDone: true, error }));
    return () => controller.abort();
  }, [table, filter, limit]);
  return state;
}
