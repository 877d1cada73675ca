import type {WebSocket} from 'ws';
import {ProtocolError} from '../../base/errors.js';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {DroppedFile, DroppedFiles} from './dropped-files.js';
import {
	noteMessage,
	outputMessage,
	type PageNote,
	type Rights,
	readVisitorMessage,
	type VisitorMessage,
} from './visitor-message.js';
import {VisitorTerminal} from './visitor-terminal.js';

/** A page says how large it is within this time, or is none. */
const helloTime: Millis = 10_000;
/** Between two signs of life that are asked for: proxies cut what is quiet for a minute. */
const pingTime: Millis = 25_000;
/** Why a connection is ended: RFC 6455 section 7.4.1. */
const codes = {normal: 1000, badMessage: 1008} as const;

/** One page in somebody's browser, over its WebSocket. */
export class Visitor {
	readonly rights: Rights;
	/** Resolves when the page has gone. */
	readonly gone: Promise<void>;
	/** Resolves when it has said how large it is: undefined when it went before. */
	readonly terminal: Promise<VisitorTerminal | undefined>;
	readonly #socket: WebSocket;
	readonly #clock: Clock;
	readonly #drops: DroppedFiles;
	readonly #begun = Promise.withResolvers<VisitorTerminal | undefined>();
	readonly #gone = Promise.withResolvers<void>();
	#terminal: VisitorTerminal | undefined;
	#timer: Timer | undefined;
	#isAlive = true;
	#isOver = false;
	#unheard: Array<{readonly data: Buffer; readonly isBinary: boolean}> = [];
	#isBusy = false;
	/** The file that is coming, its bytes that are missing, and how many come after it. */
	#drop: {readonly file: DroppedFile; missing: number; readonly left: number} | undefined;
	#dropped: string[] = [];

	constructor(socket: WebSocket, rights: Rights, drops: DroppedFiles, clock: Clock) {
		this.rights = rights;
		this.terminal = this.#begun.promise;
		this.gone = this.#gone.promise;
		this.#socket = socket;
		this.#clock = clock;
		this.#drops = drops;
		this.#timer = clock.after(helloTime, () => socket.terminate());
		socket.on('message', (data, isBinary) => this.#heard(data as Buffer, isBinary));
		socket.on('pong', () => {
			this.#isAlive = true;
		});
		// What is no WebSocket message ends the connection, which is all there is to say.
		socket.on('error', () => socket.terminate());
		socket.once('close', () => this.#end());
	}

	/** Tells the page something. */
	note(note: PageNote): void {
		this.#send(noteMessage(note));
	}

	/** Says goodbye and lets go of the page. */
	leave(why: string, again: boolean): void {
		this.note({type: 'left', why, again});
		this.#close(codes.normal);
	}

	#send(text: string): void {
		if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text, () => {});
	}

	/** One thing after the other: what takes time holds up those that come after it, and the line. */
	#heard(data: Buffer, isBinary: boolean): void {
		this.#unheard.push({data, isBinary});
		if (!this.#isBusy) void this.#work();
	}

	async #work(): Promise<void> {
		this.#isBusy = true;
		try {
			for (let next = this.#unheard.shift(); next && !this.#isOver; next = this.#unheard.shift()) {
				const {data, isBinary} = next;
				const doing = isBinary
					? this.#takeBytes(data)
					: this.#take(readVisitorMessage(data.toString('utf8')));
				if (doing === undefined) continue;
				this.#socket.pause();
				await doing;
				this.#socket.resume();
			}
		} catch (error) {
			this.#unheard = [];
			if (error instanceof ProtocolError) this.#close(codes.badMessage, error.message);
			// The disk is full or not ours to write to.
			else this.leave('The file could not be taken: this machine cannot write it.', false);
		} finally {
			this.#isBusy = false;
		}
	}

	#close(code: number, why = ''): void {
		this.#socket.resume();
		this.#socket.close(code, why);
		this.#timer?.clear();
		this.#timer = this.#clock.after(helloTime, () => this.#socket.terminate());
	}

	#take(message: VisitorMessage): Promise<void> | undefined {
		if (message.type === 'size') {
			const {columns, rows} = message;
			if (this.#terminal) this.#terminal.resize(columns, rows);
			else this.#begin(columns, rows);
			return undefined;
		}
		if (!this.#terminal) throw new ProtocolError('bad-message', 'a page says first how large it is');
		switch (message.type) {
			case 'keys':
				return this.#type(message.keys);
			case 'took':
				this.#terminal.took(message.characters);
				return undefined;
			case 'drop':
				return this.#beginDrop(message);
			default:
				return message satisfies never;
		}
	}

	#begin(columns: number, rows: number): void {
		this.#terminal = new VisitorTerminal(
			columns,
			rows,
			{send: text => this.#send(outputMessage(text)), late: () => this.#socket.terminate()},
			this.#clock,
		);
		this.#begun.resolve(this.#terminal);
		this.#timer?.clear();
		this.#ping();
	}

	#ping(): void {
		this.#timer = this.#clock.after(pingTime, () => {
			if (!this.#isAlive) return this.#socket.terminate();
			this.#isAlive = false;
			this.#socket.ping(() => {});
			this.#ping();
		});
	}

	#type(keys: string): Promise<void> | undefined {
		const terminal = this.#terminal;
		if (terminal?.keys(keys) !== false) return undefined;
		// Nobody reads them yet.
		return new Promise(resolve => {
			const over = () => {
				terminal.input.off('drain', over).off('close', over);
				resolve();
			};
			terminal.input.on('drain', over).on('close', over);
		});
	}

	async #beginDrop({name, size, left}: Extract<VisitorMessage, {readonly type: 'drop'}>): Promise<void> {
		if (this.#drop !== undefined || this.rights !== 'all')
			throw new ProtocolError('bad-message', 'a file that nobody waits for');
		this.#drop = {file: await this.#drops.begin(name), missing: size, left};
	}

	async #takeBytes(bytes: Buffer): Promise<void> {
		const drop = this.#drop;
		if (drop === undefined || bytes.length > drop.missing)
			throw new ProtocolError('bad-message', 'bytes that belong to no file');
		drop.missing -= bytes.length;
		await drop.file.write(bytes);
		if (drop.missing > 0) return;
		this.#drop = undefined;
		await drop.file.close();
		this.#dropped.push(drop.file.path);
		if (drop.left > 0) return;
		// As a file manager's drop on a terminal is pasted.
		const paths = this.#dropped.join('\n');
		this.#dropped = [];
		await this.#type(`\u001B[200~${paths}\n\u001B[201~`);
	}

	#end(): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#timer?.clear();
		this.#terminal?.end();
		this.#begun.resolve(undefined);
		this.#gone.resolve();
		void this.#drop?.file.close().catch(() => {});
		this.#drops.end();
	}
}
