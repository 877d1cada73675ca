import assert from 'node:assert/strict';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {until} from '../../helpers/deadline.ts';
import {startTortui} from '../../helpers/tortui.ts';
import {Workspace} from '../../helpers/workspace.ts';

test('config set reaches the engine that runs, and so do reload and SIGHUP for a file that was changed by hand', async t => {
	const space = new Workspace(t);
	const env = {XDG_CONFIG_HOME: space.folder('config')};
	mkdirSync(space.path('config/tortui'));
	const path = space.path('config/tortui/config.json');
	const write = (settings: object) =>
		writeFileSync(path, JSON.stringify({'no-dht': true, 'no-lsd': true, 'no-port-map': true, ...settings}));
	const say = async (...words: string[]) => {
		const program = startTortui(space, words, {env});
		const {code} = await program.end(20_000);
		return [code, program.stdout.trim().split('\n').at(-1), program.stderr.trim()];
	};
	write({'max-upload': '2M'});
	assert.deepEqual(await say('config', 'reload'), [
		1,
		'',
		'tortui: no engine is running; start one with: tortui engine',
	]);
	const engine = startTortui(
		space,
		['engine', '--bind', '127.0.0.1', '--port', '0', '--max-download', '9K', '--log', space.path('log')],
		{env},
	);
	await until('the engine to answer', 15_000, async () => (await say('list'))[0] === 0, 10);
	const read = 'the engine read its config file: it';
	assert.deepEqual(await say('config', 'set', 'max-upload', '3M'), [0, `${read} goes by max-upload now`, '']);
	assert.deepEqual(await say('config', 'set', 'max-download', '5K'), [
		0,
		`${read} has nothing to change`,
		'',
	]);
	assert.deepEqual(await say('config', 'set', 'allocation', 'full'), [
		0,
		`${read} has nothing to change; allocation: from the engine's next start`,
		'',
	]);
	const missing = space.path('missing');
	const why = `tortui: the engine that runs does not go by it: rpc: --rpc-password-file: no such file: ${missing}`;
	assert.deepEqual(await say('config', 'set', 'rpc-password-file', missing), [
		0,
		`${read} goes by rpc-password-file now; allocation: from the engine's next start`,
		'',
	]);
	assert.deepEqual(await say('config', 'set', 'rpc', `unix:${space.path('rpc')}`), [
		1,
		`${read} has nothing to change; allocation: from the engine's next start`,
		why,
	]);
	assert.deepEqual((await say('config', 'reload'))[0], 1, 'not yet either');
	writeFileSync(missing, 'secret');
	assert.deepEqual((await say('config', 'reload'))[0], 0);
	assert.deepEqual((await say('config', 'unset', 'rpc', 'rpc-password-file'))[0], 0);
	const shared = space.folder('shared');
	write({'max-upload': '2M', 'max-peers': 7, 'max-connections': 90, 'shared-folders': [shared]});
	assert.deepEqual(await say('config', 'reload'), [
		0,
		`${read} goes by max-peers, max-connections, max-upload, shared-folders now`,
		'',
	]);
	assert.match(String((await say('share', '--list'))[1]), /shared/);
	writeFileSync(path, '{"max-upload": "fast"}');
	const [code, , fault] = await say('config', 'reload');
	assert.equal(code, 2);
	assert.match(String(fault), /^tortui: \S+config\.json:1: max-upload: "fast" is not a rate/);
	write({'active-seeds': 3, 'seed-ratio': 2, 'keep-last-seed': true, 'seed-rules': ['label=linux time=7d']});
	engine.child.kill('SIGHUP');
	await until(
		'the signal to be obeyed',
		15_000,
		() =>
			readFileSync(space.path('log'), 'utf8').includes(
				'it goes by max-peers, seed-ratio, keep-last-seed, max-connections, max-upload, active-seeds, seed-rules, shared-folders now',
			),
		10,
	);
	engine.child.kill('SIGTERM');
	assert.equal((await engine.end(10_000)).code, 0);
});
