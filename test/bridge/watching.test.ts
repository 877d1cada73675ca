import assert from 'node:assert/strict';
import {EventEmitter} from 'node:events';
import type {Socket} from 'node:net';
import {test} from 'node:test';
import type {Watch} from '../../source/api/snapshot.ts';
import {RemoteEngine} from '../../source/bridge/connect-engine.ts';
import {EngineVisitor} from '../../source/bridge/engine-visitor.ts';
import {encodeFrame, FrameReader} from '../../source/bridge/frame.ts';
import {protocolVersion} from '../../source/bridge/message.ts';
import {FakeEngine} from './fake-engine.ts';

/** Our end of a connection, the other end of which is the test. */
class FakeSocket extends EventEmitter {
	destroyed = false;
	writableEnded = false;
	writableLength = 0;
	paused = false;
	readonly #reader = new FrameReader();
	/** Messages that were written. */
	readonly said: Array<Record<string, unknown>> = [];

	write(frame: Uint8Array): boolean {
		for (const message of this.#reader.push(frame)) this.said.push(message as Record<string, unknown>);
		return true;
	}

	isPaused(): boolean {
		return this.paused;
	}

	pause(): void {
		this.paused = true;
	}

	resume(): void {
		this.paused = false;
	}

	destroy(): void {
		this.destroyed = true;
		this.emit('close');
	}

	end(): void {
		this.writableEnded = true;
	}

	unref(): void {}

	/** The other end says this. */
	hear(message: object): void {
		this.emit('data', encodeFrame(message as Parameters<typeof encodeFrame>[0]));
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

/** The engine's end of a connection that has said hello. */
function visit() {
	const socket = new FakeSocket();
	const engine = new FakeEngine();
	void new EngineVisitor(socket as unknown as Socket, engine, {version: '1', about: {}});
	socket.hear({type: 'hello', protocol: protocolVersion, version: '1', pid: 1, about: {}});
	const watch = (number: number, generation: number, what: Watch) =>
		socket.hear({type: 'watch', watch: number, generation, what});
	const updates = () => socket.said.filter(({type}) => type === 'update');
	return {socket, engine, watch, updates};
}

test('the engine says which change of a watch its news belong to, also to who reads slowly', () => {
	const {socket, engine, watch, updates} = visit();
	watch(7, 0, about('a'));
	socket.writableLength = 1 << 20;
	engine.tell(() => ({torrent: {id: 'a'}}));
	watch(7, 1, about('b'));
	assert.equal(updates().length, 1);
	socket.writableLength = 0;
	socket.emit('drain');
	const last = updates().at(-1) as {generation: number; update: {torrent: {id: string}}};
	assert.equal(updates().length, 2);
	assert.deepEqual([last.generation, last.update.torrent.id], [1, 'b']);
});

test('a client may watch many things at a time, but not any number; changing and ending one is no new one', () => {
	const {socket, engine, watch} = visit();
	let most = 0;
	while (most < 1000 && !socket.destroyed) {
		watch(most, 0, {interval: 100});
		if (!socket.destroyed) most++;
	}
	assert.ok(most >= 8 && most < 1000, `${most} watches were taken`);
	assert.equal(engine.watchers.size, 0, 'those of a client that is gone are ended');

	const other = visit();
	for (let number = 0; number < most; number++) other.watch(number, 0, {interval: 100});
	other.watch(0, 1, about('a'));
	other.socket.hear({type: 'unwatch', watch: 1});
	other.watch(most, 0, {interval: 100});
	assert.equal(other.socket.destroyed, false);
	assert.equal(other.engine.watchers.size, most);
});
