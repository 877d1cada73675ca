import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import {encodeFrame} from '../../../source/bridge/socket/frame.ts';
import {socketPath} from '../../../source/bridge/socket/socket-path.ts';
import {findEngine, reachEngine} from '../../../source/commands/engine-process/find-engine.ts';
import {takeLock} from '../../../source/io/state/process-lock.ts';

test('an engine that ends before it has said a word is none, however its end looks', async context => {
	const stateDir = mkdtempSync(join(tmpdir(), 'tortui-find-'));
	context.after(() => rmSync(stateDir, {recursive: true}));
	assert.equal(await findEngine(stateDir, {}, '1.0.0'), undefined);
	let turns = 0;
	// What was sent and not read makes of an end a reset.
	const server = createServer({pauseOnConnect: true}, socket => {
		let left = turns++ % 6;
		const end = () => {
			if (left-- > 0) setImmediate(end);
			else socket.destroy();
		};
		end();
	});
	context.after(() => server.close());
	await new Promise<void>(resolve => server.listen(socketPath(stateDir, {}), resolve));
	for (let turn = 0; turn < 60; turn++) assert.equal(await findEngine(stateDir, {}, '1.0.0'), undefined);
});

test('an engine that has its lock and does not come up in time is said to be coming, with its process', async context => {
	const stateDir = mkdtempSync(join(tmpdir(), 'tortui-find-'));
	context.after(() => rmSync(stateDir, {recursive: true}));
	const lock = takeLock(stateDir, 'engine');
	assert('release' in lock);
	await assert.rejects(reachEngine(stateDir, {}, '1.0.0', 0), {
		code: 'engine-coming',
		message: `the engine (process ${process.pid}) has not come up yet; try again later, or end it with: kill ${process.pid}`,
	});
	const asked = reachEngine(stateDir, {}, '1.0.0');
	lock.release();
	assert.equal(await asked, undefined);
});

test('an engine that lets go of everybody before it has said hello is none', async context => {
	const stateDir = mkdtempSync(join(tmpdir(), 'tortui-find-'));
	context.after(() => rmSync(stateDir, {recursive: true}));
	const server = createServer(socket =>
		socket.end(encodeFrame({type: 'bye', reason: 'the engine hands over to a new one', handOver: true})),
	);
	context.after(() => server.close());
	await new Promise<void>(resolve => server.listen(socketPath(stateDir, {}), resolve));
	assert.equal(await findEngine(stateDir, {}, '1.0.0'), undefined);
});
