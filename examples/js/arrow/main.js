// Columns instead of rows: `node main.js TABLE [COLUMN…]` tells the least and the greatest value of each number column.

import * as arrow from 'apache-arrow';
import { openTable } from 'cenote';

const [location, ...columns] = process.argv.slice(2);
const table = await openTable(location);

// Everything at once, as one table of apache-arrow …
const all = await table.scan({ columns: columns.length > 0 ? columns : undefined }).toArrow(arrow);
console.log(`${all.numRows} rows, ${all.batches.length} batches`);

// … or batch by batch, however large the table is. Each batch is a complete Arrow IPC stream.
const ranges = new Map();
for await (const bytes of table.scan({ columns: columns.length > 0 ? columns : undefined })) {
  const batch = arrow.tableFromIPC(bytes);
  for (const { name, type } of batch.schema.fields) {
    if (!arrow.DataType.isInt(type) && !arrow.DataType.isFloat(type)) continue;
    for (const value of batch.getChild(name)) {
      if (value === null) continue;
      const [least, greatest] = ranges.get(name) ?? [value, value];
      ranges.set(name, [value < least ? value : least, value > greatest ? value : greatest]);
    }
  }
}
for (const [name, [least, greatest]] of ranges) console.log(`${name}: ${least} … ${greatest}`);
table.close();
