import {join} from 'node:path';
import {fromHex, toHex} from '../../base/hex.js';
import type {Clock, LogLevel, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {CatalogueIndex, type CatalogueLimits} from '../../policy/catalogue/catalogue-index.js';
import type {TrackerPart} from '../http/http-route.js';
import type {TrackerService} from '../tracker-service.js';
import {CatalogueAccess, type CatalogueTokens} from './catalogue-access.js';
import {type Probe, ReachabilityProbe} from './catalogue-probe.js';
import {CatalogueRoute} from './catalogue-route.js';
import {CatalogueStore} from './catalogue-store.js';
import {CatalogueTorrents} from './catalogue-torrents.js';
import {CatalogueWatchers} from './catalogue-watchers.js';

export interface CatalogueOptions {
	readonly clock: Clock;
	/** Absolute; where entries and .torrents are kept, made when there are any. Undefined: nothing outlives the process. */
	readonly dir: string | undefined;
	readonly tokens?: CatalogueTokens;
	readonly limits?: Partial<CatalogueLimits>;
	readonly log?: (level: LogLevel, text: string) => void;
	/** Replaced in tests. */
	readonly probe?: Probe;
}

const sweepTime: Millis = 1000;

/** What a tracker has besides its swarms: who shares what. Made above one, and handed to its server. */
export class Catalogue implements TrackerPart {
	readonly index: CatalogueIndex;
	readonly route: CatalogueRoute;
	readonly watchers: CatalogueWatchers;
	readonly torrents: CatalogueTorrents | undefined;
	readonly #clock: Clock;
	readonly #store: CatalogueStore | undefined;
	readonly #probe: ReachabilityProbe;
	readonly #unlisten: () => void;
	#sweep: Timer | undefined;
	#saving: Promise<void> = Promise.resolve();

	constructor(service: TrackerService, options: CatalogueOptions) {
		const {clock, dir, tokens = {}, limits, log = () => {}} = options;
		this.#clock = clock;
		this.watchers = new CatalogueWatchers(clock);
		this.torrents = dir === undefined ? undefined : new CatalogueTorrents(join(dir, 'torrents'));
		this.#store = dir === undefined ? undefined : new CatalogueStore(dir, clock, log);
		this.index = new CatalogueIndex(
			{
				stands: (infoHash, peerId) => service.addressesOf(fromHex(infoHash)!, fromHex(peerId)!).length > 0,
				counts: infoHash => service.scrape(fromHex(infoHash)!),
			},
			{
				...(limits && {limits}),
				tell: event => {
					this.watchers.tell(event);
					if (event.type === 'withdrawn') this.#dropTorrent(event.infoHash);
					// Who announces both halves of a hybrid counts once in the tracker's figures.
					if (event.type !== 'published') return;
					for (const {infoHash, infoHashV2} of this.index.entries(event.infoHash))
						if (infoHashV2 !== undefined) service.tellHybrid(infoHash, infoHashV2.slice(0, 40));
				},
				hasTorrent: infoHash => this.torrents?.has(infoHash) === true,
			},
		);
		this.route = new CatalogueRoute({
			index: this.index,
			access: new CatalogueAccess(clock, tokens),
			watchers: this.watchers,
			torrents: this.torrents,
			requirePasskey: passkey => service.requirePasskey(passkey),
			now: () => clock.now(),
			wall: () => clock.wall(),
		});
		this.#probe = new ReachabilityProbe(
			this.index,
			(infoHash, peerId) => service.addressesOf(fromHex(infoHash)!, fromHex(peerId)!),
			options.probe,
		);
		this.#unlisten = service.onLeft((infoHash, peerId, why) => {
			// Who announces in two families is gone when both are.
			if (why !== 'stopped' || service.addressesOf(fromHex(infoHash)!, peerId).length > 0) return;
			this.index.stopped(infoHash, toHex(peerId));
		});
	}

	/** Takes up what an earlier run has left; to be called before the server starts. */
	async open(): Promise<void> {
		await this.#store?.load(this.index);
		await this.torrents?.open(infoHash => this.index.entries(infoHash).length > 0);
		this.#sweepLater();
	}

	/** Writes down what has changed; one at a time. */
	save(): Promise<void> {
		this.#saving = this.#saving.then(() => this.#store?.save(this.index));
		return this.#saving;
	}

	async close(): Promise<void> {
		this.#sweep?.clear();
		this.#probe.close();
		this.#unlisten();
		this.watchers.close();
		await this.#saving;
	}

	#dropTorrent(infoHash: string): void {
		if (this.torrents?.has(infoHash) && this.index.entries(infoHash).length === 0)
			void this.torrents.remove(infoHash);
	}

	#sweepLater(): void {
		this.#sweep = this.#clock.after(sweepTime, () => {
			this.index.sweep(this.#clock.now());
			this.#probe.tick();
			this.#sweepLater();
		});
	}
}
