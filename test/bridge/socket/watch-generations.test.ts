import assert from 'node:assert/strict';
import {EventEmitter} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {connect, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, type TestContext, test} from 'node:test';
import type {Watch} from '../../../source/api/snapshot.ts';
import {RemoteEngine} from '../../../source/bridge/socket/connect-engine.ts';
import {encodeFrame, FrameReader} from '../../../source/bridge/socket/frame.ts';
import {protocolVersion} from '../../../source/bridge/socket/message.ts';
import {serveEngine} from '../../../source/bridge/socket/serve-engine.ts';
import {until} from '../../helpers/deadline.ts';
import {EmptyEngine} from '../../helpers/empty-engine.ts';

/** Our end of a connection, the other end of which is the test. */
class FakeSocket extends EventEmitter {
	readonly #reader = new FrameReader();
	/** Messages that were written. */
	readonly said: Array<Record<string, unknown>> = [];

	write(frame: Uint8Array): boolean {
		for (const message of this.#reader.push(frame)) this.said.push(message as Record<string, unknown>);
		return true;
	}
}

const about = (id: string): Watch => ({interval: 100, torrent: {id}});

test('what the engine said before it heard of a change is not taken for news', () => {
	const socket = new FakeSocket();
	const hello = {type: 'hello', protocol: protocolVersion, version: '1', pid: 1, about: {}} as const;
	const engine = new RemoteEngine(socket as unknown as Socket, hello);
	const heard: string[] = [];
	const watching = engine.watch(about('a'), update => heard.push(update.torrent!.id));
	const {watch} = socket.said.at(-1) as {watch: number};
	const update = (generation: number, id: string) =>
		engine.take({type: 'update', watch, generation, update: {revision: 1, torrent: {id}}});
	update(0, 'a');
	watching.change(about('b'));
	update(0, 'a');
	update(1, 'b');
	watching.change(about('c'));
	watching.change(about('d'));
	update(1, 'b');
	update(2, 'c');
	update(3, 'd');
	assert.deepEqual(heard, ['a', 'b', 'd']);
	watching.stop();
	update(3, 'd');
	assert.equal(heard.length, 3);
});

test('who keeps what was told before takes what was on its way when the cursor moved', () => {
	const socket = new FakeSocket();
	const hello = {type: 'hello', protocol: protocolVersion, version: '1', pid: 1, about: {}} as const;
	const engine = new RemoteEngine(socket as unknown as Socket, hello);
	let heard = 0;
	const watching = engine.watch(about('a'), () => heard++);
	watching.change({...about('a'), keeps: true});
	const {watch, generation} = socket.said.at(-1) as {watch: number; generation: number};
	assert.equal(generation, 0);
	engine.take({type: 'update', watch, generation: 0, update: {revision: 1, torrent: {id: 'a'}}});
	assert.equal(heard, 1);
});

const folder = mkdtempSync(join(tmpdir(), 'tortui-watching-'));
after(() => rmSync(folder, {recursive: true}));
let sockets = 0;

/** A client of an engine that speaks frames by hand, and has said hello. */
async function visit(t: TestContext) {
	const engine = new EmptyEngine();
	const path = join(folder, `${sockets++}.sock`);
	const served = await serveEngine(engine, path, {version: '1', about: {}});
	const socket = connect(path);
	const reader = new FrameReader();
	const heard: Array<Record<string, unknown>> = [];
	const gone = new Promise<true>(resolve => socket.once('close', () => resolve(true)));
	socket.on('error', () => {});
	socket.on('data', chunk => {
		for (const message of reader.push(chunk)) heard.push(message as Record<string, unknown>);
	});
	t.after(async () => {
		socket.destroy();
		await served.close('the test is over');
	});
	const say = (message: Parameters<typeof encodeFrame>[0]): void => {
		if (!socket.destroyed) socket.write(encodeFrame(message));
	};
	let asked = 0;
	say({type: 'hello', protocol: protocolVersion, version: '1', pid: 1, about: {}});
	return {
		engine,
		/** The messages that say this. */
		heard: (type: string) => heard.filter(message => message['type'] === type),
		say,
		watch: (number: number, generation: number, what: Watch) =>
			say({type: 'watch', watch: number, generation, what}),
		/** Whether the engine still speaks to it, once all that was said has arrived. */
		async stays(): Promise<boolean> {
			const id = asked++;
			say({type: 'send', id, command: {type: 'session.list'}});
			const answer = until('an answer', 20_000, () =>
				heard.some(message => message['type'] === 'reply' && message['id'] === id),
			).then(() => true);
			answer.catch(() => {});
			return Promise.race([answer, gone.then(() => false)]);
		},
	};
}

test('the engine says which change of a watch its news belong to', async t => {
	const {engine, watch, stays, heard} = await visit(t);
	watch(7, 0, about('a'));
	watch(7, 3, about('b'));
	watch(8, 5, about('c'));
	assert.equal(await stays(), true);
	engine.tell(() => ({torrents: []}));
	assert.equal(await stays(), true);
	assert.deepEqual(
		heard('update').map(({watch: number, generation}) => `${number} ${generation}`),
		['7 0', '7 3', '8 5', '7 3', '8 5'],
	);
});

test('a client may watch many things at a time, but not any number; changing and ending one is no new one', async t => {
	const first = await visit(t);
	let most = 0;
	for (; most < 1000; most++) {
		first.watch(most, 0, {interval: 100});
		if (!(await first.stays())) break;
	}
	assert.ok(most >= 8 && most < 1000, `${most} watches were taken`);
	await until('its watches to be ended', 20_000, () => first.engine.watchers.size === 0);

	const other = await visit(t);
	for (let number = 0; number < most; number++) other.watch(number, 0, {interval: 100});
	other.watch(0, 1, about('a'));
	other.say({type: 'unwatch', watch: 1});
	other.watch(most, 0, {interval: 100});
	assert.equal(await other.stays(), true);
	assert.equal(other.engine.watchers.size, most);
});
