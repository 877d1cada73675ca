import type {AddOptions, Command, Findings, RemovedFiles, Reply, TorrentPreview} from '../../api/command.js';
import type {DhtView} from '../../api/dht-view.js';
import type {TorrentView} from '../../api/snapshot.js';
import type {TorrentDetails} from '../../api/torrent-details.js';
import {UserError} from '../../base/errors.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {LogLevel} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {CatalogueService} from '../catalogue/catalogue-service.js';
import type {Creations} from '../creating/creations.js';
import type {SessionLimits} from '../limits/session-limits.js';
import type {Blocklist} from '../session/blocklist.js';
import type {DiskGuard} from '../session/disk-guard.js';
import type {QueueManager} from '../session/queue-manager.js';
import type {SeedGoals} from '../session/seed-goals.js';
import type {SessionSettings} from '../session/session-settings.js';
import type {Torrent} from '../torrent/torrent.js';
import type {TorrentContent} from '../torrent/torrent-content.js';

/** What commands work on: the session. */
export interface CommandHost {
	readonly torrents: ReadonlyMap<string, Torrent>;
	readonly queue: QueueManager;
	readonly limits: SessionLimits;
	readonly settings: SessionSettings;
	readonly guard: Pick<DiskGuard, 'configure'>;
	/** Connections of all torrents together, and how to have another number. */
	readonly connections: {readonly most: number; limit(wanted: number): void};
	readonly seedGoals: Pick<SeedGoals, 'apply' | 'rules'>;
	/** Where peers find us. */
	port(): number;
	/** Listens on another port. Rejects with a `UserError` when it cannot be had. */
	movePort(port: number): Promise<void>;
	/** Undefined when there is none. */
	readonly blocklist: Pick<Blocklist, 'update' | 'ranges'> | undefined;
	/** By the session's clock. */
	now(): Millis;
	/** Takes torrents in. */
	readonly adder: {
		add(bytes: Uint8Array, options: AddOptions): Promise<Reply>;
		/** Says where the data of a torrent is of which nobody knew it. */
		settle(torrent: Torrent, dir: string): Promise<void>;
	};
	readonly creations: Pick<Creations, 'create' | 'end'>;
	addLink(link: string, options: AddOptions): Promise<Reply>;
	preview(link: string): Promise<TorrentPreview>;
	/** What a .torrent holds. Rejects with a `UserError`. */
	previewBytes(bytes: Uint8Array): Promise<TorrentPreview>;
	/** Trackers with a catalogue. */
	readonly network: Pick<CatalogueService, 'clients' | 'has' | 'look' | 'rename' | 'use'>;
	/** The .torrent of one of which it is known what it holds. Rejects with a `UserError` when it is not. */
	metainfo(torrent: Torrent): Promise<Uint8Array>;
	remove(torrent: Torrent, withData: boolean): Promise<RemovedFiles | undefined>;
	/** Reads `HOST:PORT`. Rejects with a `UserError`. */
	resolvePeer(text: string): Promise<PeerAddress>;
	/** All, or those of these ids that are there. */
	list(wish: Omit<Extract<Command, {readonly type: 'session.list'}>, 'type'>): {
		readonly torrents: TorrentView[];
		readonly details?: TorrentDetails[];
	};
	/** Looks for torrents, files and labels. */
	find(words: string, limit: number): Promise<Findings>;
	log(level: LogLevel, text: string, torrent?: string): void;
	/** What there is to know of the DHT. */
	dht(): DhtView;
}

/** The commands whose names begin with a word and a dot. */
export type CommandsOf<Family extends string> = Extract<Command, {readonly type: `${Family}.${string}`}>;

/** The torrent of a command. Throws a `UserError` when there is none. */
export function findTorrent(host: CommandHost, id: string): Torrent {
	const torrent = host.torrents.get(id);
	if (torrent === undefined)
		throw new UserError('no-such-torrent', 'the engine has no such torrent: see `tortui list`');
	return torrent;
}

/** What a torrent holds. Throws a `UserError` while only a link of it is known: there is nothing to choose from. */
export function requireContent({content}: Torrent): TorrentContent {
	if (content !== undefined) return content;
	throw new UserError('no-metadata', 'nobody has said yet what it holds: wait for a peer that does');
}

/** Throws a `UserError` for what cannot be done to a torrent of whose data nobody knows the place: most things. */
export function requireFree({held}: Torrent, command: Command): void {
	if (held === undefined) return;
	if (command.type === 'torrent.remove') {
		if (!command.withData) return;
		throw new UserError('held', 'nobody knows where its data is: remove it without its data');
	}
	if (command.type !== 'torrent.move' || held.why === 'later') throw new UserError('held', held.text);
}
