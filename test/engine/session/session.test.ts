import assert from 'node:assert/strict';
import {createServer} from 'node:net';
import {test} from 'node:test';
import {Session} from '../../../source/engine/session/session.ts';
import {within} from '../../helpers/deadline.ts';
import {weightlessDisk} from '../../helpers/weightless-disk.ts';
import {Workspace} from '../../helpers/workspace.ts';

test('a session whose port is taken lets go of its disk, and says what to do', async t => {
	const space = new Workspace(t);
	const other = createServer();
	t.after(() => other.close());
	await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
	const {port} = other.address() as {port: number};
	const closed = Promise.withResolvers<void>();
	const opening = Session.open({
		stateDir: space.folder('state'),
		dir: space.folder('data'),
		port,
		portFixed: true,
		bind: ['127.0.0.1'],
		maxPeers: 50,
		trackers: false,
		persist: true,
		version: '0.0.0',
		log: () => {},
		openDisk: pool => {
			const disk = weightlessDisk(pool, false);
			return {...disk, close: async () => closed.resolve()};
		},
	});
	await assert.rejects(opening, {code: 'port-taken', message: /choose another with --port/});
	await within(10_000, 'the end of the disk', closed.promise);
});

test('a session that has stopped takes no command but to stop, and has said that it is closed', async t => {
	const space = new Workspace(t);
	const session = await Session.open({
		stateDir: space.folder('state'),
		dir: space.folder('data'),
		port: 0,
		portFixed: false,
		bind: ['127.0.0.1'],
		maxPeers: 50,
		trackers: false,
		persist: true,
		version: '0.0.0',
		log: () => {},
	});
	assert.deepEqual(await session.send({type: 'session.stop'}), {});
	assert.equal(await session.closed, 'the engine was stopped');
	await assert.rejects(session.send({type: 'session.list'}), {code: 'stopping'});
	assert.deepEqual(await session.send({type: 'session.stop'}), {});
});
