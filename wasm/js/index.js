// The package's front door.

export * from './errors.js';
export { inWorker } from './in_worker.js';
export { engineBytes, load, loaded } from './load.js';
export { openTable, openWarehouse } from './open.js';
export { files } from './storage/files.js';
export { http } from './storage/http.js';
export { local } from './storage/local.js';
export { opfs } from './storage/opfs.js';
export { memory } from './storage/memory.js';
export { presigned } from './storage/presigned.js';
export { s3 } from './storage/s3.js';
export { Cursor, Rows, Scan } from './scan.js';
export { Writer } from './write/writer.js';
export { Table } from './table.js';
export { Warehouse } from './warehouse.js';
