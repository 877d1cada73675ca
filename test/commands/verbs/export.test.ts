import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import type {Command} from '../../../source/api/command.ts';
import {serveEngine} from '../../../source/bridge/socket/serve-engine.ts';
import {socketPath} from '../../../source/bridge/socket/socket-path.ts';
import {EmptyEngine} from '../../helpers/empty-engine.ts';
import {run} from '../printed.ts';
import {torrentView} from '../torrent-view.ts';

const folder = mkdtempSync(join(tmpdir(), 'tortui-export-'));
const stateDir = join(folder, 'state');
const id = 'c0ffee'.padEnd(40, '0');
const metainfo = Buffer.from('the bytes of a .torrent');

class ExportingEngine extends EmptyEngine {
	isOld = false;

	override async send(command: Command) {
		const reply = await super.send(command);
		if (command.type === 'session.list') return {torrents: [torrentView({id, name: 'Coast/Storm'})]};
		if (command.type !== 'torrent.export' || this.isOld) return reply;
		return {metainfo: command.id === id ? metainfo.toString('base64') : ''};
	}
}

const engine = new ExportingEngine();
let served: Awaited<ReturnType<typeof serveEngine>>;
before(async () => {
	mkdirSync(stateDir);
	served = await serveEngine(engine, socketPath(stateDir, {}), {version: '1.2.3', about: {}});
});
after(async () => {
	await served.close('the test is over');
	rmSync(folder, {recursive: true});
});

const exported = (...argv: string[]) => run(['export', 'c0ffee', '--state-dir', stateDir, ...argv]);

test('the .torrent is written to the file that is named, and over none that is there', async () => {
	const file = join(folder, 'x.torrent');
	assert.deepEqual(await exported('-o', file), {status: 0, out: `${file}\n`, error: ''});
	assert.deepEqual(readFileSync(file), metainfo);
	writeFileSync(file, 'mine');
	const refused = await exported('-o', file);
	assert.deepEqual([refused.status, refused.out], [1, '']);
	assert.match(
		refused.error,
		/x\.torrent is there already: choose another name with -o, or replace it with --force$/,
	);
	assert.equal(readFileSync(file, 'utf8'), 'mine');
	assert.equal((await exported('-o', file, '--force')).status, 0);
	assert.deepEqual(readFileSync(file), metainfo);
});

test('without a name it is that of the torrent, in this folder; - is standard output, which is no terminal', async () => {
	const here = process.cwd();
	process.chdir(folder);
	try {
		const {out} = await exported();
		assert.match(out, /^\/.*\.torrent\n$/);
		assert.deepEqual(readFileSync(out.trimEnd()), metainfo);
	} finally {
		process.chdir(here);
	}
	assert.equal((await exported('-o', '-')).out, metainfo.toString());
	const shown = await run(['export', 'c0ffee', '--state-dir', stateDir, '-o', '-'], {columns: 80});
	assert.deepEqual([shown.status, shown.out], [2, '']);
	assert.match(shown.error, /nothing for a terminal/);
});

test('one torrent is written at a time, one that is there, by an engine that can', async () => {
	const unknown = await run(['export', 'storm of the year', '--state-dir', stateDir]);
	assert.match(unknown.error, /^no torrent "storm of the year"/);
	assert.match((await run(['export', '--state-dir', stateDir])).error, /^missing: export ID/);
	engine.isOld = true;
	assert.match((await exported('-o', '-')).error, /^the running engine cannot do that: tortui stop/);
	engine.isOld = false;
});
