import {type Command, isForPart, partOf, type Reply} from '../../api/command.js';
import type {EngineClient, Watching} from '../../api/engine-client.js';
import type {FileData} from '../../api/file-data.js';
import type {Update, Watch} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import type {Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {chosenTorrents} from '../commands/chosen-torrents.js';
import {findTorrent, requireContent} from '../commands/command-host.js';
import {executeCommand} from '../commands/execute-command.js';
import {requireFiles} from '../commands/piece-commands.js';
import {isQuestion} from '../commands/questions.js';
import {TorrentFile} from '../torrent/torrent-file.js';
import {composeSession, type SessionParts} from './compose-session.js';
import type {SessionOptions} from './session-options.js';
import type {SessionService} from './session-service.js';

const tickTime: Millis = 1000;
/** Whoever stops an engine waits no longer than this, whatever a tracker or a disk does, */
const stopTime: Millis = 5000;
/** unless thousands of torrents are being saved: then as long as each look finds fewer that are not, and no longer than that. */
const lookTime: Millis = 1000;
const longestStop: Millis = 15_000;
/** What trackers have of it. */
const goodbyeTime: Millis = 3000;
/** What trackers, gateway and others have when another engine is waiting to go on with the same torrents. */
const hastyGoodbyeTime: Millis = 500;

/** The engine: takes commands, shows what there is, ticks, and stops once. What it is made of: `composeSession`. */
export class Session implements EngineClient {
	readonly closed: Promise<string>;
	readonly #parts: SessionParts;
	#ticks = 0;
	#timer: Timer | undefined;
	#stopping: Promise<void> | undefined;
	#tellClosed: (why: string) => void = () => {};

	private constructor(options: SessionOptions) {
		this.closed = new Promise(resolve => {
			this.#tellClosed = resolve;
		});
		this.#parts = composeSession(options);
	}

	/** Listens, and takes up what the last session left. Rejects with a UserError when the port cannot be had. */
	static async open(options: SessionOptions): Promise<Session> {
		const session = new Session(options);
		await session.#start();
		session.#tick();
		return session;
	}

	async #start(): Promise<void> {
		const {services, release} = this.#parts;
		const started: SessionService[] = [];
		try {
			for (const service of services) {
				await service.start?.();
				started.push(service);
			}
		} catch (error) {
			await Promise.all(started.map(service => service.stop?.()));
			await release();
			throw error;
		}
	}

	get port(): number {
		return this.#parts.port();
	}

	async send(command: Command): Promise<Reply> {
		if (isForPart(command)) {
			const what = partOf(command.type).replace(/s?$/, 's');
			throw new UserError(`no-${what}`, `${what} are looked after by the engine that runs for all: tortui`);
		}
		if (command.type === 'session.stop') {
			await this.stop(command.handOver !== undefined);
			return {};
		}
		if (this.#stopping !== undefined)
			throw new UserError('stopping', 'the engine is stopping: start it again');
		const {commands, autosave, torrents, watchers} = this.#parts;
		const reply = await executeCommand(commands, command);
		autosave.chosen(chosenTorrents(command, reply, torrents));
		if (!isQuestion(command)) watchers.hurry();
		return reply;
	}

	/** The data of a file of a torrent, for those in this process. Throws a `UserError` when there is none of that number. */
	openFile(id: string, fileIndex: number): FileData {
		const torrent = findTorrent(this.#parts.commands, id);
		requireFiles(torrent, [fileIndex]);
		return new TorrentFile(torrent, requireContent(torrent), fileIndex);
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		return this.#parts.watchers.watch(watch, listener);
	}

	#tick(): void {
		const {clock, torrents, services} = this.#parts;
		this.#timer = clock.after(tickTime, () => this.#tick());
		const now = clock.now();
		// Whoever comes first has the first of this second's new connections.
		const all = [...torrents.values()];
		const first = this.#ticks++ % Math.max(1, all.length);
		const tick = {type: 'tick', now} as const;
		for (let at = 0; at < all.length; at++) all[(first + at) % all.length]!.post(tick);
		for (const service of services) service.tick?.(now);
	}

	/**
	 * Tells the trackers, saves everything, lets go of everything: in 5 s at the most, or for as long as so many torrents
	 * take that are saved one after the other, 15 s at the most. With `haste` trackers have half a second.
	 */
	stop(haste = false): Promise<void> {
		this.#stopping ??= this.#stop(haste);
		return this.#stopping;
	}

	async #stop(haste: boolean): Promise<void> {
		const {autosave, watchers, log, closeSockets} = this.#parts;
		this.#timer?.clear();
		const late = this.#late();
		const leave = this.#takeLeave(haste);
		leave.catch(() => {});
		if ((await Promise.race([leave, late])) === 'late') {
			log.write('error', `the engine ends before the disk has answered: ${unsavedInWords(autosave.unsaved)}`);
			closeSockets();
		}
		watchers.stop();
		log.end();
		this.#tellClosed('the engine was stopped');
	}

	/** Resolves when the engine is to end though not all is done. */
	async #late(): Promise<'late'> {
		const {autosave} = this.#parts;
		await this.#after(stopTime - lookTime);
		for (let passed = stopTime - lookTime; passed < longestStop; passed += lookTime) {
			const before = autosave.unsaved;
			await this.#after(lookTime);
			if (autosave.unsaved >= before) break;
		}
		return 'late';
	}

	async #takeLeave(haste: boolean): Promise<void> {
		const {services, release} = this.#parts;
		const torrents = [...this.#parts.torrents.values()];
		// Whoever leaves makes no room for others.
		this.#parts.commands.queue.hold();
		for (const torrent of torrents) torrent.post({type: 'count'});
		const left = Promise.all(services.map(service => service.leave?.()));
		const leaving = haste ? Promise.race([left, this.#after(hastyGoodbyeTime)]) : left;
		const closing = torrents.map(torrent => torrent.close(haste ? hastyGoodbyeTime : undefined));
		// Trackers that do not answer have been told by then, and what is known is still to be saved.
		await Promise.race([Promise.all([leaving, ...closing]), this.#after(goodbyeTime)]);
		await Promise.all(services.map(service => service.stop?.()));
		await release();
	}

	#after(time: Millis): Promise<void> {
		return new Promise(resolve => this.#parts.clock.after(time, resolve));
	}

	/** Part of `EngineClient`; an engine in this process is let go of by `stop`. */
	close(): void {
		void this.stop();
	}
}

function unsavedInWords(count: number): string {
	if (count === 0) return 'what is known of all torrents is saved';
	return count === 1 ? '1 torrent may not be saved' : `${count} torrents may not be saved`;
}
