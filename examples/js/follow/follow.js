// Prints what changes in a table, a line of JSON each, and goes on where it stopped: `node follow.js TABLE STATE_FILE`.
//
// The state is written when all changes of a step are printed: after a crash a step may come again, none is lost.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { openTable } from 'cenote';

const [location, stateFile] = process.argv.slice(2);
const controller = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => controller.abort());

const from = await readFile(stateFile, 'utf8').then((text) => text.trim(), () => undefined);
const table = await openTable(location);
console.error(`following ${table.name} ${from === undefined ? 'from now on' : `after snapshot ${from}`}`);

try {
  for await (const { to, changes } of table.follow({ from, pollMillis: 500, signal: controller.signal })) {
    for await (const row of changes.rows()) console.log(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
    await writeFile(`${stateFile}.new`, String(to));
    await rename(`${stateFile}.new`, stateFile);
  }
} catch (error) {
  if (!controller.signal.aborted) throw error;
} finally {
  table.close();
}
