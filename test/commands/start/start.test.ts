import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {readdirSync, statSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {build, cli, node} from '../../helpers/tortui.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** Runs the program as somebody does whose home folder is empty but for what earlier runs left there. */
function run(workspace: Workspace, words: readonly string[], more: NodeJS.ProcessEnv = {}) {
	const env = {...process.env, XDG_CACHE_HOME: workspace.path('cache'), NO_COLOR: '1', ...more};
	const {status, stdout, stderr} = spawnSync(node, [cli, ...words], {
		cwd: workspace.dir,
		env,
		encoding: 'utf8',
		timeout: 60_000,
	});
	return {status, stdout, stderr};
}

/** What is kept of earlier runs, by name, with what tells one file from another. */
function kept(workspace: Workspace): Map<string, number> {
	const folder = workspace.path('cache', 'tortui', 'compiled');
	const [name = ''] = readdirSync(folder);
	return new Map(
		readdirSync(`${folder}/${name}`).map(file => [file, statSync(`${folder}/${name}/${file}`).ino] as const),
	);
}

test('the second start says what the first did, and takes what that has compiled', {timeout: 120_000}, t => {
	build();
	const workspace = new Workspace(t);
	const first = run(workspace, ['list', '--help']);
	assert.deepEqual([first.status, first.stderr], [0, '']);
	assert.match(first.stdout, /Shows the torrents of the running engine/);
	const after = kept(workspace);
	assert.deepEqual([...after.keys()], ['help']);
	assert.deepEqual(run(workspace, ['list', '--help']), first);
	assert.deepEqual(kept(workspace), after);

	const failed = run(workspace, ['get', 'nothing.torrent']);
	assert.equal(failed.status, 1);
	assert.match(failed.stderr, /^tortui: .*nothing\.torrent.*\n$/);
	const both = kept(workspace);
	assert.equal(both.size, 2);
	assert.deepEqual(run(workspace, ['get', 'nothing.torrent']), failed);
	assert.deepEqual(kept(workspace), both);
});

test('what is loaded later is found by a program that comes compiled', {timeout: 120_000}, t => {
	build();
	const workspace = new Workspace(t);
	// Whether there is such a key the screen's modules know.
	const folder = workspace.folder('config', 'tortui');
	writeFileSync(`${folder}/config.json`, '{"keys": {"nonsense": "x"}}');
	for (const time of ['first', 'second']) {
		const {stdout, stderr} = run(workspace, ['config'], {XDG_CONFIG_HOME: workspace.path('config')});
		assert.match(`${stdout}${stderr}`, /nonsense/, time);
		assert.doesNotMatch(`${stdout}${stderr}`, /Warning|unexpected/, time);
	}
});
