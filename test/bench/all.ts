/** What the parts cost by themselves, beside the benchmark against other clients. `npm run bench`. */

import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {benchAttached} from './attached.bench.ts';
import {benchBlocklist} from './blocklist.bench.ts';
import {benchCatalogue} from './catalogue.bench.ts';
import {compare} from './compare/compare.ts';
import {wrapped} from './compare/report.ts';
import {benchCreate} from './create.bench.ts';
import {benchDht} from './dht.bench.ts';
import {benchEncryption} from './encryption.bench.ts';
import {endDescendants} from './end-descendants.ts';
import {benchGrid} from './grid.bench.ts';
import {benchIdle} from './idle.bench.ts';
import {benchMagnet} from './magnet.bench.ts';
import {benchManyPeers} from './many-peers.bench.ts';
import {benchMerkle} from './merkle.bench.ts';
import {benchPicker} from './picker.bench.ts';
import {benchScale} from './scale.bench.ts';
import {benchSeeding} from './seeding.bench.ts';
import {benchStart} from './start.bench.ts';
import {benchTracker} from './tracker.bench.ts';
import {benchTrackerLoad} from './tracker-load.bench.ts';
import {benchUtp} from './utp.bench.ts';
import {benchViews} from './views.bench.ts';
import {benchWebSeed} from './web-seed.bench.ts';
import {benchWire} from './wire.bench.ts';

const all: ReadonlyArray<readonly [name: string, bench: () => void | Promise<void>]> = [
	// First, while nothing else has left its traces in this process's memory.
	['idle', benchIdle],
	['dht', benchDht],
	['start', benchStart],
	['wire', benchWire],
	['picker', benchPicker],
	['blocklist', benchBlocklist],
	['grid', benchGrid],
	['tracker', benchTracker],
	['catalogue', benchCatalogue],
	['tracker-load', benchTrackerLoad],
	['views', benchViews],
	['attached', benchAttached],
	['magnet', benchMagnet],
	['many-peers', benchManyPeers],
	['seeding', benchSeeding],
	['utp', benchUtp],
	['web-seed', benchWebSeed],
	['encryption', benchEncryption],
	['create', benchCreate],
	['merkle', benchMerkle],
	['scale', benchScale],
];

const args = process.argv.slice(2);
if (args.some(word => word.startsWith('--'))) process.exit(await compare(args));
const unknown = args.find(word => all.every(([name]) => name !== word));
if (unknown !== undefined) {
	const names = all.map(([name]) => name).join(', ');
	for (const line of wrapped(`no benchmark is called ${unknown}: there are ${names}`)) console.error(line);
	process.exit(2);
}
// What one leaves behind that is interrupted goes with this folder.
const folder = mkdtempSync(join(tmpdir(), 'tortui-benches-'));
process.env['TMPDIR'] = folder;
process.once('exit', () => rmSync(folder, {recursive: true, force: true, maxRetries: 3}));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
	process.once(signal, () => {
		endDescendants();
		process.exit(130);
	});

const failed: string[] = [];
for (const [name, bench] of all) {
	if (args.length > 0 && !args.includes(name)) continue;
	try {
		await bench();
	} catch (error) {
		// The others have their say.
		console.error(`${name} ends here: ${(error as Error).message}`);
		failed.push(name);
	}
}
if (failed.length > 0)
	for (const line of wrapped(`without a figure: ${failed.join(', ')}`)) console.error(line);
process.exit(failed.length > 0 ? 1 : 0);
