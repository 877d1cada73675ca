import assert from 'node:assert/strict';
import {chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import process from 'node:process';
import {test} from 'node:test';
import {findEngine} from '../../../source/commands/engine-process/find-engine.ts';
import {requireOwnFolder, requireOwnSocket} from '../../../source/commands/engine-process/own-folder.ts';
import {makeStateDir} from '../../../source/commands/engine-process/state-dir.ts';
import {within} from '../../helpers/deadline.ts';
import {Workspace} from '../../helpers/workspace.ts';

const stranger = 54_321;
const rootOnly = {skip: process.getuid?.() !== 0 && 'only root may give a file away'};

test('a state folder that others can write to is refused with what to do, one of ours is not', t => {
	const space = new Workspace(t);
	const folder = space.folder('state');
	for (const mode of [0o700, 0o755, 0o750, 0o711]) {
		chmodSync(folder, mode);
		assert.equal(makeStateDir(folder, {}), folder);
	}
	for (const mode of [0o777, 0o1777, 0o775, 0o720, 0o702]) {
		chmodSync(folder, mode);
		assert.throws(() => makeStateDir(folder, {}), {
			code: 'state-dir',
			message: `others can write to the state folder ${folder}: keep them out with: chmod go-w ${folder}`,
		});
	}
	symlinkSync(folder, space.path('link'));
	assert.throws(() => makeStateDir(space.path('link'), {}), /others can write/);
	chmodSync(folder, 0o700);
	assert.equal(makeStateDir(space.path('link'), {}), space.path('link'));
	writeFileSync(space.path('file'), '');
	assert.throws(() => makeStateDir(space.path('file'), {}), /cannot make the state folder/);
	requireOwnFolder(space.path('none'), 'the state folder');
});

test('a state folder of somebody else is refused, for root, too', rootOnly, t => {
	const space = new Workspace(t);
	const folder = space.folder('state');
	chownSync(folder, stranger, stranger);
	assert.throws(
		() => makeStateDir(folder, {}),
		/^UserError: the state folder .* belongs to another user \(54321\): /,
	);
});

test('nobody speaks to a socket in a folder of others, or that is none', async t => {
	const space = new Workspace(t);
	const folder = space.folder('state');
	const path = space.path('state', 'engine.sock');
	let spokenTo = 0;
	const server = createServer(() => spokenTo++);
	await new Promise<void>(resolve => server.listen(path, resolve));
	space.defer(() => server.close());
	chmodSync(folder, 0o777);
	await assert.rejects(
		within(5000, 'a refusal', findEngine(folder, {}, '0.0.0')),
		/^UserError: others can write to the folder of the engine's socket .*: keep them out with: chmod go-w /,
	);
	chmodSync(folder, 0o700);
	requireOwnSocket(path);
	if (process.getuid?.() === 0) {
		chownSync(path, stranger, stranger);
		await assert.rejects(
			findEngine(folder, {}, '0.0.0'),
			/belongs to another user \(54321\); choose another --state-dir/,
		);
	}
	await new Promise(resolve => server.close(resolve));
	rmSync(path, {force: true});
	assert.equal(await findEngine(folder, {}, '0.0.0'), undefined);
	mkdirSync(path);
	await assert.rejects(
		findEngine(folder, {}, '0.0.0'),
		/engine\.sock is not a socket: remove it, then try again/,
	);
	assert.equal(spokenTo, 0);
});

test('a folder inside the state folder that others can write to is refused where they can get there', t => {
	const space = new Workspace(t);
	const folder = space.folder('state');
	for (const name of ['resume', 'spare', 'parts', 'get/resume']) {
		const inner = space.folder('state', name);
		chmodSync(inner, 0o777);
		assert.throws(() => makeStateDir(folder, {}), {
			code: 'state-dir',
			message: `others can write to the state folder ${inner}: keep them out with: chmod go-w ${inner}`,
		});
		chmodSync(folder, 0o700);
		assert.equal(makeStateDir(folder, {}), folder, 'nobody can get there');
		chmodSync(folder, 0o755);
		chmodSync(inner, 0o755);
		assert.equal(makeStateDir(folder, {}), folder);
	}
});
