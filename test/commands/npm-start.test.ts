import assert from 'node:assert/strict';
import {mkdtempSync, realpathSync, writeFileSync} from 'node:fs';
import process from 'node:process';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {run} from '../helpers/processes.ts';
import {Workspace} from '../helpers/workspace.ts';

const cli = fileURLToPath(new URL('../../source/cli.tsx', import.meta.url));
const manifest = fileURLToPath(new URL('../../package.json', import.meta.url));

test('started by npm from another folder, a path is meant from where the person is', async t => {
	const space = new Workspace(t);
	const there = realpathSync(mkdtempSync(space.path('there-')));
	writeFileSync(`${there}/mine.torrent`, 'not one');
	const told = async (env: Readonly<Record<string, string>>) => {
		const args = [`--import=${import.meta.resolve('tsx')}`, cli, 'info', 'mine.torrent'];
		return (await run(space, process.execPath, args, {env})).stderr;
	};
	const byNpm = {INIT_CWD: there, npm_lifecycle_event: 'start', npm_package_json: manifest};
	assert.match(await told(byNpm), /mine\.torrent is not a valid torrent/);
	// Somebody else's script, or another of ours: the folder is the one it was started in.
	for (const other of [
		{...byNpm, npm_package_json: `${there}/package.json`},
		{...byNpm, npm_lifecycle_event: 'test'},
		{...byNpm, INIT_CWD: `${there}/gone`},
	])
		assert.match(await told(other), /no such file: mine\.torrent/);
});
