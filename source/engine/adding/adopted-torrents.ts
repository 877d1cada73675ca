import type {KeptTorrents} from '../../io/state/torrent-store.js';
import type {SwarmHashes} from '../../protocol/metainfo/swarm-hashes.js';
import type {QueueManager} from '../session/queue-manager.js';
import type {SessionServices} from '../session/session-services.js';
import type {TorrentIndex} from '../session/torrent-index.js';
import {Torrent, type TorrentListener} from '../torrent/torrent.js';
import type {TorrentSetup} from '../torrent/torrent-setup.js';
import {exportMetainfo} from './export-metainfo.js';
import type {TorrentTwins} from './torrent-twins.js';

/** What the torrents of a session are made with, and who hears of them. */
export interface AdoptionSetup {
	readonly services: SessionServices;
	readonly torrents: TorrentIndex;
	readonly queue: Pick<QueueManager, 'planSoon'>;
	readonly store: Pick<KeptTorrents, 'find' | 'saveMetainfo'>;
	/** Something about a torrent is not what it was. */
	changed(): void;
	/** A torrent that has limits of its own is among them now. */
	limited(): void;
	/** Makes one of two that are the same. */
	readonly twins: Pick<TorrentTwins, 'resolved'>;
	/** Puts what is known of a torrent on the disk, now. */
	keep(torrent: Torrent): Promise<void>;
}

/** Makes the torrents of a session, takes them in, and hears what becomes of them. */
export class AdoptedTorrents implements TorrentListener {
	readonly #setup: AdoptionSetup;
	/** Those that belong to the session: of the others nobody hears. */
	readonly #adopted = new WeakSet<Torrent>();

	constructor(setup: AdoptionSetup) {
		this.#setup = setup;
	}

	/** A torrent that belongs to the session once it is adopted. */
	make(setup: TorrentSetup): Torrent {
		return new Torrent(setup, this.#setup.services, this);
	}

	/** It belongs to the session from now on, last in the queue unless it has a place there. */
	adopt(torrent: Torrent): void {
		const {torrents} = this.#setup;
		if (torrent.settings.queue === 0) torrent.post({type: 'set', settings: {queue: torrents.size + 1}});
		torrents.set(torrent.id, torrent);
		if (torrent.held === undefined) torrent.content?.claimFiles();
		this.#adopted.add(torrent);
		// What set them before could not find it among the torrents that are served.
		const {download, upload} = torrent.rateLimits;
		if (download.rate !== undefined || upload.rate !== undefined) this.#setup.limited();
	}

	changed(torrent: Torrent): void {
		if (!this.#adopted.has(torrent)) return;
		this.#setup.changed();
		this.#setup.queue.planSoon();
	}

	resolved(torrent: Torrent, hashes: SwarmHashes): Torrent | undefined {
		return this.#adopted.has(torrent) ? this.#setup.twins.resolved(torrent, hashes) : undefined;
	}

	identified(torrent: Torrent): void {
		this.#setup.torrents.identified(torrent);
	}

	keep(torrent: Torrent): Promise<void> {
		return this.#setup.keep(torrent);
	}

	async keepLayers(torrent: Torrent): Promise<boolean> {
		const {store} = this.#setup;
		const bytes = await exportMetainfo(torrent, store);
		let needed = 0;
		for (const layer of torrent.content?.hashes?.layers().values() ?? []) needed += layer.length;
		// Of a torrent with very many pieces it has no room for them.
		return bytes.length > needed && (await store.saveMetainfo(torrent.id, bytes)) === undefined;
	}

	async keepMetainfo(torrent: Torrent, bytes: Uint8Array): Promise<void> {
		const failure = await this.#setup.store.saveMetainfo(torrent.id, bytes);
		if (failure !== undefined) torrent.log('error', `its metadata is not kept: ${failure.message}`);
	}
}
