import * as ink from 'ink';

// The screen touches nothing of Node but this: a loader for a widget.
const {createRequire, Module} = process.getBuiltinModule('node:module');

// ink-table is CommonJS and calls require('ink'), which Node refuses because Ink has top-level await.
// Ink is evaluated by now, so its namespace is handed to the CommonJS loader.
const require = createRequire(import.meta.url);
const inkPath = createRequire(require.resolve('ink-table')).resolve('ink');
const inkModule = new Module(inkPath);
inkModule.exports = ink;
inkModule.loaded = true;
require.cache[inkPath] ??= inkModule;

const table = require('ink-table') as typeof import('ink-table');

/** ink-table's table. For at most 20 rows that change at most once a second; cut wide text before. */
export const Table = table.default;
