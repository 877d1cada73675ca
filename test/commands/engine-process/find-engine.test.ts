import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {socketPath} from '../../../source/bridge/socket/socket-path.ts';
import {findEngine} from '../../../source/commands/engine-process/ensure-engine.ts';

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
