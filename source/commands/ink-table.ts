import {createRequire, Module} from 'node:module';
import * as ink from 'ink';

// ink-table is CommonJS and asks for Ink with require(), which Node refuses because Ink awaits at its top level. Ink
// has been evaluated by now, so the CommonJS loader is given what it would have found.
const require = createRequire(import.meta.url);
const inkPath = createRequire(require.resolve('ink-table')).resolve('ink');
const loaded = new Module(inkPath);
loaded.exports = ink;
loaded.loaded = true;
require.cache[inkPath] ??= loaded;

const table = require('ink-table') as typeof import('ink-table');

/** The table of ink-table, made to work beside Ink 8. */
export const Table = table.default;
