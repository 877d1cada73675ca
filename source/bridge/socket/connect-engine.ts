import {connect, type Socket} from 'node:net';
import process from 'node:process';
import type {Command, Reply} from '../../api/command.js';
import type {EngineClient, Watching} from '../../api/engine-client.js';
import type {TorrentView, Update, Watch} from '../../api/snapshot.js';
import {type ExitStatus, ProtocolError, UserError} from '../../base/errors.js';
import {encodeFrame, FrameReader} from './frame.js';
import {
	asEngineMessage,
	type ClientMessage,
	type EngineMessage,
	type Hello,
	protocolVersion,
} from './message.js';
import {withChanges} from './torrent-changes.js';

/** How long an engine that accepted a connection may take to say hello. */
const helloTime = 10_000;

/** The engine that answers is of another make; only its process can be told to end. */
export class EngineMismatch extends UserError {
	readonly pid: number;
	/** What it says about itself. */
	readonly hello: Hello;

	constructor(hello: Hello) {
		super(
			'engine-version',
			`the running engine is of another version (${hello.version}); stop it with: tortui stop`,
		);
		this.hello = hello;
		this.pid = hello.pid;
	}
}

/** The engine ended before a command had reached it. */
class NeverBegun extends UserError {
	constructor(why: string) {
		super('engine-lost', why);
	}
}

interface Subscription {
	generation: number;
	readonly listener: (update: Update) => void;
	/** All torrents as they were told last, since the generation began. */
	torrents: readonly TorrentView[] | undefined;
}

/** Who does not know a command lets go of the one who sends it. */
function otherVersion({version}: Hello): string {
	return `it is of another version (${version}) and may not know what it was asked; put this one in its place with: tortui restart`;
}

/** An engine in another process. */
export class RemoteEngine implements EngineClient {
	readonly closed: Promise<string>;
	/** What the engine says about itself. */
	readonly hello: Hello;
	readonly #socket: Socket;
	readonly #waiting = new Map<number, {resolve: (reply: Reply) => void; reject: (error: Error) => void}>();
	readonly #subscriptions = new Map<number, Subscription>();
	#resolveClosed: (why: string) => void = () => {};
	#why: string | undefined;
	#saidGoodbye = false;
	#handsOver = false;
	#next = 0;
	#wasTold = false;
	#reach: (() => Promise<RemoteEngine | undefined>) | undefined;
	#heir: Promise<RemoteEngine | undefined> | undefined;

	/** @param version of this program: an engine of another one may not know what it is asked */
	constructor(socket: Socket, hello: Hello, version = hello.version) {
		this.#socket = socket;
		this.hello = hello;
		this.closed = new Promise(resolve => {
			this.#resolveClosed = resolve;
		});
		socket.once('close', () => {
			const why = 'the connection to the engine was lost';
			const isOther = hello.version !== version;
			this.#end(why, isOther ? `${why}: ${otherVersion(hello)}` : why);
		});
	}

	get saidGoodbye(): boolean {
		return this.#saidGoodbye;
	}

	get handsOver(): boolean {
		return this.#handsOver;
	}

	/** Whether it was told anything but what to show. */
	get wasTold(): boolean {
		return this.#wasTold;
	}

	/**
	 * What it has not begun to do when it hands over to another one is done by that, and nobody hears of it: for who asks
	 * once, and has seen nothing yet.
	 *
	 * @param reach finds that other one, undefined when it does not come
	 */
	follow(reach: () => Promise<RemoteEngine | undefined>): void {
		this.#reach = reach;
	}

	async send(command: Command): Promise<Reply> {
		const isLate = this.#why !== undefined;
		try {
			return await this.#ask(command);
		} catch (error) {
			// Of what was under way when it ended nobody knows how far that went.
			const isRefused = error instanceof UserError && error.code === 'stopping';
			const isUndone = isLate || isRefused || error instanceof NeverBegun;
			const heir = isUndone && (await this.#handedTo());
			if (!heir) throw error;
			return heir.send(command);
		}
	}

	/** Who has taken its place; undefined when nobody has. */
	async #handedTo(): Promise<RemoteEngine | undefined> {
		const reach = this.#reach;
		if (reach === undefined) return undefined;
		await this.closed;
		if (!this.#handsOver) return undefined;
		this.#heir ??= reach();
		const heir = await this.#heir;
		heir?.follow(reach);
		return heir;
	}

	#ask(command: Command): Promise<Reply> {
		this.#wasTold = true;
		return new Promise((resolve, reject) => {
			if (this.#why !== undefined) return reject(new UserError('engine-lost', this.#why));
			const id = this.#next++;
			try {
				this.#write({type: 'send', id, command: inWords(command)});
				this.#waiting.set(id, {resolve, reject});
			} catch (error) {
				reject(error);
			}
		});
	}

	watch(what: Watch, listener: (update: Update) => void): Watching {
		const watch = this.#next++;
		const subscription: Subscription = {generation: 0, listener, torrents: undefined};
		this.#subscriptions.set(watch, subscription);
		this.#write({type: 'watch', watch, generation: 0, what: {...what, changes: true}});
		return {
			change: changed => {
				if (!this.#subscriptions.has(watch)) return;
				// Who keeps what was told before takes what of it is still on its way.
				if (!changed.keeps) {
					subscription.generation++;
					subscription.torrents = undefined;
				}
				const {generation} = subscription;
				this.#write({type: 'watch', watch, generation, what: {...changed, changes: true}});
			},
			stop: () => {
				if (this.#subscriptions.delete(watch)) this.#write({type: 'unwatch', watch});
			},
		};
	}

	close(): void {
		this.#end('this side has let go of the engine');
		this.#socket.end();
		this.#socket.unref();
		void this.#heir?.then(
			heir => heir?.close(),
			() => {},
		);
	}

	/** What the engine said, from the second message on. */
	take(message: EngineMessage): void {
		switch (message.type) {
			case 'hello':
				throw new ProtocolError('second-hello', 'a second hello');
			case 'reply':
				this.#waiting.get(message.id)?.resolve(message.reply);
				this.#waiting.delete(message.id);
				return;
			case 'refusal': {
				const {id, code, message: text, exitStatus} = message;
				this.#waiting.get(id)?.reject(new UserError(code, text, exitStatus as ExitStatus));
				this.#waiting.delete(id);
				return;
			}
			case 'update': {
				const subscription = this.#subscriptions.get(message.watch);
				// What was sent before the engine heard of a change is about something nobody looks at any more.
				if (subscription?.generation === message.generation)
					subscription.listener(whole(subscription, message.update));
				return;
			}
			case 'bye':
				this.#saidGoodbye = true;
				this.#handsOver = message.handOver === true;
				this.#refuseFrom(message.begun, message.reason);
				this.#end(message.reason);
				return;
			default:
				message satisfies never;
		}
	}

	/** Commands that were on their way were never begun. @param begun above the id of each that was */
	#refuseFrom(begun: number | undefined, why: string): void {
		if (begun === undefined) return;
		for (const [id, {reject}] of this.#waiting) {
			if (id < begun) continue;
			this.#waiting.delete(id);
			reject(new NeverBegun(why));
		}
	}

	#write(message: ClientMessage): void {
		if (this.#why === undefined) this.#socket.write(encodeFrame(message));
	}

	/** @param answer what those hear who wait for an answer */
	#end(why: string, answer = why): void {
		if (this.#why !== undefined) return;
		this.#why = why;
		for (const {reject} of this.#waiting.values()) reject(new UserError('engine-lost', answer));
		this.#waiting.clear();
		this.#subscriptions.clear();
		this.#resolveClosed(why);
	}
}

/**
 * Reaches the engine that listens at `path`. Rejects with the system's error (`ENOENT`, `ECONNREFUSED`) when
 * nobody does, with `EngineMismatch` when the one who does speaks otherwise.
 */
export function connectEngine(path: string, {version}: {readonly version: string}): Promise<RemoteEngine> {
	return new Promise((resolve, reject) => {
		const socket = connect(path);
		const reader = new FrameReader();
		let engine: RemoteEngine | undefined;
		const fail = (error: Error) => {
			clearTimeout(timer);
			socket.destroy();
			reject(error);
		};
		const timer = setTimeout(
			() =>
				fail(new UserError('engine-silent', 'the engine does not answer; stop its process and try again')),
			helloTime,
		);
		socket.on('error', fail);
		socket.once('close', () => fail(new UserError('engine-lost', 'the engine closed the connection')));
		socket.once('connect', () => {
			socket.write(
				encodeFrame({type: 'hello', protocol: protocolVersion, version, pid: process.pid, about: {}}),
			);
		});
		socket.on('data', chunk => {
			try {
				for (const value of reader.push(chunk)) {
					const message = asEngineMessage(value);
					if (engine) engine.take(message);
					else if (message.type === 'bye') throw new UserError('engine-lost', message.reason);
					else if (message.type !== 'hello')
						throw new ProtocolError('no-hello', 'the engine does not say hello');
					else if (message.protocol !== protocolVersion) throw new EngineMismatch(message);
					else {
						clearTimeout(timer);
						engine = new RemoteEngine(socket, message, version);
						resolve(engine);
					}
				}
			} catch (error) {
				if (!(error instanceof ProtocolError || error instanceof UserError)) throw error;
				fail(error);
			}
		});
	});
}

/** The update as its listener takes it: with the list of all torrents, of which those that have not changed are the same objects. */
function whole(subscription: Subscription, {torrentChanges, ...update}: Update): Update {
	const before = subscription.torrents;
	if (update.torrents !== undefined) subscription.torrents = update.torrents;
	if (torrentChanges === undefined) return update;
	if (before === undefined) throw new ProtocolError('no-list', 'changes of a list that was never told');
	subscription.torrents = withChanges(before, torrentChanges);
	return {...update, torrents: subscription.torrents};
}

/** The same command as a message can carry it. */
function inWords(command: Command): Command {
	if (command.type !== 'torrent.add' || typeof command.metainfo === 'string') return command;
	const {buffer, byteOffset, length} = command.metainfo;
	return {...command, metainfo: Buffer.from(buffer, byteOffset, length).toString('base64')};
}
