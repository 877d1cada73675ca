import {readFileSync} from 'node:fs';
import type {AddOptions, Command} from '../../source/api/command.ts';
import type {TorrentView} from '../../source/api/snapshot.ts';
import type {Clock} from '../../source/base/ports.ts';
import {reasonText} from '../../source/base/reason.ts';
import {Session} from '../../source/engine/session/session.ts';
import type {SessionOptions} from '../../source/engine/session/session-options.ts';
import {until} from './deadline.ts';
import {type Content, makeTorrent, writeFolder} from './torrents.ts';
import type {Workspace} from './workspace.ts';

/** Real time that a test can push forward. */
export class PushedClock implements Clock {
	#ahead = 0;

	now(): number {
		return performance.now() + this.#ahead;
	}

	wall(): number {
		return Date.now() + this.#ahead;
	}

	after(delay: number, callback: () => void) {
		const timer = setTimeout(callback, delay).unref();
		return {clear: () => clearTimeout(timer)};
	}

	soon(callback: () => void): void {
		setImmediate(callback);
	}

	push(milliseconds: number): void {
		this.#ahead += milliseconds;
	}
}

/** A real engine on loopback. */
export interface TestSession {
	readonly session: Session;
	readonly port: number;
	/** Lines of its log: `warn: text`. */
	readonly log: string[];
	send(command: Command): ReturnType<Session['send']>;
	add(torrent: TestTorrent, options?: AddOptions): Promise<string>;
	view(id: string): Promise<TorrentView>;
	/** Waits until the view of a torrent is as it should be. */
	sees(id: string, what: string, probe: (view: TorrentView) => boolean, ms?: number): Promise<TorrentView>;
	/** Waits until its state and the words beside it are these. */
	says(id: string, state: TorrentView['state'], words: RegExp): Promise<TorrentView>;
}

export interface TestTorrent {
	readonly content: Content;
	readonly pieces: number;
	/** Base64. */
	readonly metainfo: string;
}

/** Opens one that keeps its state in `home`; it is stopped when the test ends. */
export async function openTestSession(
	space: Workspace,
	home: string,
	options: Partial<SessionOptions> = {},
): Promise<TestSession> {
	const log: string[] = [];
	const session = await Session.open({
		stateDir: space.folder(home),
		dir: space.folder(`${home}-data`),
		port: 0,
		portFixed: true,
		bind: ['127.0.0.1'],
		maxPeers: 50,
		trackers: true,
		persist: true,
		version: '0.0.0',
		log: (level, text) => void log.push(`${level}: ${text}`),
		...options,
	});
	space.defer(() => session.stop());
	const view = async (id: string): Promise<TorrentView> => {
		const {torrents} = await session.send({type: 'session.list'});
		const found = torrents?.find(torrent => torrent.id === id);
		if (found === undefined) throw new Error('no such torrent');
		return found;
	};
	const sees: TestSession['sees'] = async (id, what, probe, ms = 60_000) => {
		let last: TorrentView | undefined;
		return until(
			() => `${what}, but ${last?.state} ${last?.completed}/${last?.wanted}: ${last?.reason?.text}`,
			ms,
			async () => {
				last = await view(id);
				return probe(last) ? last : undefined;
			},
		);
	};
	return {
		session,
		port: session.port,
		log,
		send: command => session.send(command),
		add: async ({metainfo}, addOptions) =>
			(await session.send({type: 'torrent.add', metainfo, ...(addOptions && {options: addOptions})})).id!,
		view,
		sees,
		says: (id, state, words) =>
			sees(id, `${state}: ${words}`, ({state: now, reason}) => {
				const text = reason && reasonText(reason, options.clock?.wall() ?? Date.now());
				return now === state && words.test(text ?? '');
			}),
	};
}

/** A torrent of a folder of files in `space`. */
export function testTorrent(
	space: Workspace,
	name: string,
	entries: ReadonlyArray<readonly [path: string, length: number]>,
	pieceLength = 32_768,
	trackers: readonly string[] = [],
	isPublic = false,
): TestTorrent {
	const content = writeFolder(space.folder('content'), name, entries);
	const torrent = makeTorrent(content, pieceLength, isPublic);
	const path = torrent.write(space.path(`${name}.torrent`), trackers);
	return {content, pieces: torrent.pieces, metainfo: readFileSync(path).toString('base64')};
}

/** Adds a torrent where its content is, and waits until it is seeded. */
export async function seedTorrent(engine: TestSession, torrent: TestTorrent): Promise<string> {
	const id = await engine.add(torrent, {dir: torrent.content.dir});
	await engine.sees(id, 'seeded', ({state}) => state === 'seeding');
	return id;
}
