import assert from 'node:assert/strict';
import {createServer as createHttpServer} from 'node:http';
import {createServer} from 'node:net';
import {test} from 'node:test';
import {Session} from '../../../source/engine/session/session.ts';
import {until, within} from '../../helpers/deadline.ts';
import {HandClock} from '../../helpers/hand-clock.ts';
import {openTestSession, testTorrent} from '../../helpers/sessions.ts';
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

for (const [how, command, least, most] of [
	['as ever', {type: 'session.stop'}, 2900, 4500],
	['in haste when another engine waits for its torrents', {type: 'session.stop', handOver: 1}, 400, 2800],
] as const) {
	test(`an engine waits for a tracker that does not answer its goodbye ${how}, and saves all the same`, async t => {
		const space = new Workspace(t);
		const stopped = Promise.withResolvers<void>();
		const tracker = createHttpServer((request, response) => {
			if (request.url?.includes('event=stopped')) return stopped.resolve();
			response.end('d8:intervali1800e5:peers0:e');
		});
		await new Promise<void>(resolve => tracker.listen(0, '127.0.0.1', resolve));
		t.after(() => {
			tracker.closeAllConnections();
			tracker.close();
		});
		const {port} = tracker.address() as {port: number};
		const clock = new HandClock();
		const saved = new Set<string>();
		const engine = await openTestSession(space, 'home', {
			clock,
			trackers: true,
			store: {
				find: async () => undefined,
				load: async () => [],
				save: async ({id}: {id: string}) => void saved.add(id),
				saveMetainfo: async () => undefined,
				remove: async () => undefined,
				settled: async () => undefined,
			} as never,
		});
		const id = await engine.add(testTorrent(space, 'told', [['a.bin', 50_000]]), {
			trackers: [`http://127.0.0.1:${port}/announce`],
		});
		await until('the tracker to have answered', 10_000, async () => {
			await clock.pass(50);
			return engine.log.some(line => /answered/.test(line));
		});
		saved.clear();
		const began = clock.now();
		let isOver = false;
		void engine.session.send(command).then(() => {
			isOver = true;
		});
		await within(10_000, 'the goodbye', stopped.promise);
		await until('its end', 20_000, async () => {
			if (!isOver) await clock.pass(50);
			return isOver;
		});
		const took = clock.now() - began;
		assert.ok(took >= least && took <= most, `it took ${took} ms`);
		assert.deepEqual([...saved], [id]);
	});
}
