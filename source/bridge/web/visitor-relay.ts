import type {IncomingMessage} from 'node:http';
import {connect, type Socket} from 'node:net';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {HttpRefusal, type HttpUpgrade} from '../http/http-route.js';
import {type Rights, rightsHeader} from './visitor-message.js';

/** Web screens at a time. */
export const mostVisitors = 20;
/** What draws the screens has so long to be there. */
const startTime: Millis = 15_000;

/** What draws the screens of visitors, in a process of its own. */
export interface Screens {
	/** The path of the socket where it waits for visitors, once it does; it is started when it does not run. */
	ready(): Promise<string>;
	/** Nobody is here any more. */
	idle(): void;
	stop(): Promise<void>;
}

/** Headers of a WebSocket's opening; nothing else of what a stranger says goes on. */
const passed = ['sec-websocket-key', 'sec-websocket-version'] as const;

/** Leads visitors from the door to what draws their screens. */
export class VisitorRelay {
	readonly #screens: Screens;
	readonly #clock: Clock;
	readonly #open = new Set<Socket | HttpUpgrade['socket']>();

	constructor(screens: Screens, clock: Clock) {
		this.#screens = screens;
		this.#clock = clock;
	}

	/** How many are here. */
	get visitors(): number {
		return this.#open.size;
	}

	/** Takes a connection over. What it says is carried on as it is; how fast each side reads holds for the other. */
	take(rights: Rights, {message, socket, head}: HttpUpgrade): void {
		if (this.#open.size >= mostVisitors)
			throw new HttpRefusal(503, 'too many look already: one of them has to leave', {'Retry-After': '5'});
		this.#open.add(socket);
		socket.once('close', () => {
			this.#open.delete(socket);
			if (this.#open.size === 0) this.#screens.idle();
		});
		void this.#lead(rights, message as IncomingMessage, socket, head).catch(() => socket.destroy());
	}

	/** Lets go of everybody. */
	async stop(): Promise<void> {
		for (const socket of this.#open) socket.destroy();
		await this.#screens.stop();
	}

	async #lead(
		rights: Rights,
		{headers}: IncomingMessage,
		socket: HttpUpgrade['socket'],
		head: Buffer,
	): Promise<void> {
		const late = this.#clock.after(startTime, () => socket.destroy());
		const path = await this.#screens.ready();
		late.clear();
		if (socket.destroyed) return;
		const screen = connect(path);
		screen.on('error', () => socket.destroy());
		screen.once('close', () => socket.destroy());
		socket.once('close', () => screen.destroy());
		const lines = passed.flatMap(name => {
			const value = headers[name];
			return typeof value === 'string' ? [`${name}: ${value}`] : [];
		});
		screen.write(
			[
				'GET / HTTP/1.1',
				'Host: localhost',
				'Connection: Upgrade',
				'Upgrade: websocket',
				`${rightsHeader}: ${rights}`,
				...lines,
				'\r\n',
			].join('\r\n'),
		);
		screen.write(head);
		socket.pipe(screen);
		screen.pipe(socket);
	}
}
