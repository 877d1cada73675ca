import type {Socket} from 'node:net';
import process from 'node:process';
import type {EngineClient, Watching} from '../../api/engine-client.js';
import type {TorrentView, Update} from '../../api/snapshot.js';
import {ProtocolError, UserError} from '../../base/errors.js';
import {FrameReader, frameOf, largestFrame} from './frame.js';
import type {FrameBudget} from './frame-budget.js';
import {mergeUpdates} from './merge-updates.js';
import {
	asClientMessage,
	type ClientMessage,
	type EngineFacts,
	type EngineMessage,
	protocolVersion,
} from './message.js';
import {changesBetween} from './torrent-changes.js';
import {updateText} from './update-text.js';
import type {WatchPlaces} from './watch-places.js';

/** Updates wait, merged, while more than this is on its way to a client. */
const highWater = 64 * 1024;
/** A client that lets more answers than this pile up is gone. */
const mostUnread = 64 * 1024 * 1024;
const mostWatches = 64;
/** A hello is some hundred bytes; who has not said it gets no memory for more. */
const largestHello = 16 * 1024;
/** In which a client says hello, and in which a frame that has begun is whole: over a local socket far more than enough. */
const frameTime = 30_000;
/** In ms; so long one client's messages may keep all others waiting. */
const longestTurn = 10;
/** What a client gets to read its farewell in. */
const farewellTime = 500;

/** What all connections have together. */
export interface SharedByClients {
	readonly frames: FrameBudget;
	readonly watches: WatchPlaces;
}

interface Subscription {
	watching: Watching;
	generation: number;
	/** What it has not been sent yet, because it reads slowly. */
	pending: Update | undefined;
	/** Whether it takes what has changed of all torrents, and what it was told of them last. */
	changes: boolean;
	told: readonly TorrentView[] | undefined;
}

/** Undefined for a message too long for any frame. */
function tryEncode(text: string): Buffer | undefined {
	try {
		return frameOf(text);
	} catch (error) {
		if (error instanceof ProtocolError) return undefined;
		throw error;
	}
}

/** The same update with what has changed in the list of all torrents, where the client was told of that list before. */
function changesOnly(subscription: Subscription, update: Update): Update {
	const {torrents, ...others} = update;
	if (torrents === undefined) return update;
	const {told, changes} = subscription;
	subscription.told = torrents;
	const torrentChanges = changes && told !== undefined ? changesBetween(told, torrents) : undefined;
	return torrentChanges === undefined ? update : {...others, torrentChanges};
}

/** The engine's end of one client's connection. Whatever is wrong with it costs this connection only. */
export class ClientSession {
	readonly #socket: Socket;
	readonly #client: EngineClient;
	readonly #facts: EngineFacts;
	readonly #shared: SharedByClients;
	readonly #reader: FrameReader;
	readonly #subscriptions = new Map<number, Subscription>();
	/** What has come and is not dealt with yet. */
	#unread: Iterator<unknown, void, undefined> | undefined;
	#greeted = false;
	/** Above the id of every command that was begun. */
	#begun = 0;
	/** Ends the connection when what it waits for has not come. */
	#late: NodeJS.Timeout | undefined;

	constructor(socket: Socket, client: EngineClient, facts: EngineFacts, shared: SharedByClients) {
		this.#socket = socket;
		this.#client = client;
		this.#facts = facts;
		this.#shared = shared;
		this.#reader = new FrameReader({
			largest: largestHello,
			budget: shared.frames,
			drop: () => socket.destroy(),
		});
		this.#expect();
		socket.on('data', chunk => this.#receive(chunk));
		socket.on('drain', () => this.#drained());
		socket.on('error', () => socket.destroy());
		socket.on('close', () => this.#release());
	}

	/** Says why the engine ends, and whether another takes its place, and lets go. */
	dismiss(reason: string, handOver = false): void {
		this.#release();
		this.#write({type: 'bye', reason, ...(handOver && {handOver}), begun: this.#begun});
		this.#socket.end();
		setTimeout(() => this.#socket.destroy(), farewellTime).unref();
	}

	#receive(chunk: Uint8Array): void {
		this.#unread = this.#reader.messages(chunk);
		this.#read();
	}

	/** Takes messages for as long as others can be kept waiting; the rest in another turn, or when answers are read. */
	#read(): void {
		const messages = this.#unread;
		if (messages === undefined) return;
		const began = performance.now();
		try {
			let whole = 0;
			for (let next = messages.next(); !next.done; next = messages.next()) {
				if (this.#socket.destroyed || this.#socket.writableEnded) return;
				whole++;
				this.#take(asClientMessage(next.value));
				if (performance.now() - began < longestTurn) continue;
				this.#stopWaiting();
				this.#socket.pause();
				setImmediate(() => this.#goOn());
				return;
			}
			this.#unread = undefined;
			const waits = !this.#greeted || this.#reader.unfinished;
			if (whole > 0 || !waits) this.#stopWaiting();
			if (waits && this.#late === undefined) this.#expect();
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.#socket.destroy();
		}
	}

	/** Nothing more is taken from a client before it has read what it was told. */
	#goOn(): void {
		if (this.#socket.destroyed || this.#socket.writableNeedDrain) return;
		this.#read();
		if (this.#unread === undefined && this.#socket.isPaused()) this.#socket.resume();
	}

	#expect(): void {
		this.#late = setTimeout(() => this.#socket.destroy(), frameTime).unref();
	}

	#stopWaiting(): void {
		clearTimeout(this.#late);
		this.#late = undefined;
	}

	#take(message: ClientMessage): void {
		if (!this.#greeted) {
			if (message.type !== 'hello') throw new ProtocolError('no-hello', 'the first message is not a hello');
			this.#greeted = true;
			this.#reader.largest = largestFrame;
			const {version, about} = this.#facts;
			this.#write({type: 'hello', protocol: protocolVersion, version, pid: process.pid, about});
			if (message.protocol !== protocolVersion) this.#socket.end();
			return;
		}
		switch (message.type) {
			case 'hello':
				throw new ProtocolError('second-hello', 'a second hello');
			case 'send':
				this.#send(message.id, message.command);
				return;
			case 'watch':
				this.#watch(message);
				return;
			case 'unwatch':
				if (this.#subscriptions.has(message.watch)) this.#shared.watches.gone(this.#subscriptions.size);
				this.#subscriptions.get(message.watch)?.watching.stop();
				this.#subscriptions.delete(message.watch);
				return;
			default:
				message satisfies never;
		}
	}

	#send(id: number, command: Parameters<EngineClient['send']>[0]): void {
		this.#begun = id + 1;
		this.#client.send(command).then(
			reply => this.#write({type: 'reply', id, reply}),
			error => {
				const {message} = error as Error;
				const {code, exitStatus} =
					error instanceof UserError ? error : new UserError('engine-failed', message, 1);
				this.#write({type: 'refusal', id, code, message, exitStatus});
			},
		);
	}

	#watch({watch, generation, what}: Extract<ClientMessage, {type: 'watch'}>): void {
		const known = this.#subscriptions.get(watch);
		if (known) {
			if (known.generation !== generation) {
				known.pending = undefined;
				known.told = undefined;
			}
			known.generation = generation;
			known.changes = what.changes === true;
			known.watching.change(what);
			return;
		}
		if (this.#subscriptions.size >= mostWatches || !this.#shared.watches.another(this.#subscriptions.size))
			throw new ProtocolError('too-many-watches', 'too many watches');
		const subscription: Subscription = {
			watching: {change() {}, stop() {}},
			generation,
			pending: undefined,
			changes: what.changes === true,
			told: undefined,
		};
		this.#subscriptions.set(watch, subscription);
		subscription.watching = this.#client.watch(what, update => {
			if (this.#subscriptions.get(watch) !== subscription) return;
			subscription.pending = mergeUpdates(subscription.pending, update);
			this.#flush(watch, subscription);
		});
	}

	#flush(watch: number, subscription: Subscription): void {
		if (subscription.pending === undefined || this.#socket.writableLength > highWater) return;
		const update = subscription.pending;
		subscription.pending = undefined;
		this.#writeText(updateText(watch, subscription.generation, changesOnly(subscription, update)));
	}

	#drained(): void {
		if (this.#unread !== undefined) this.#goOn();
		else if (this.#socket.isPaused()) this.#socket.resume();
		for (const [watch, subscription] of this.#subscriptions) this.#flush(watch, subscription);
	}

	#write(message: EngineMessage): void {
		this.#writeText(JSON.stringify(message));
	}

	#writeText(text: string): void {
		if (this.#socket.destroyed || this.#socket.writableEnded) return;
		const frame = this.#socket.writableLength > mostUnread ? undefined : tryEncode(text);
		if (!frame) this.#socket.destroy();
		// A client that does not read its answers is not asked for more questions.
		else if (!this.#socket.write(frame)) this.#socket.pause();
	}

	#release(): void {
		this.#stopWaiting();
		this.#reader.end();
		for (const {watching} of this.#subscriptions.values()) watching.stop();
		for (let count = this.#subscriptions.size; count > 0; count--) this.#shared.watches.gone(count);
		this.#subscriptions.clear();
	}
}
