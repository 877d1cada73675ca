import type {Command, Reply} from '../../source/api/command.ts';
import type {CreationView} from '../../source/api/creation.ts';
import type {DhtView} from '../../source/api/dht-view.ts';
import type {EngineClient, Watching} from '../../source/api/engine-client.ts';
import type {FeedsView} from '../../source/api/feeds-view.ts';
import type {FoldersView} from '../../source/api/folders-view.ts';
import type {FoundTorrent, NetworkView} from '../../source/api/network-view.ts';
import type {PeerDetails} from '../../source/api/peer-details.ts';
import type {
	FilePriority,
	FileView,
	LogView,
	PeerView,
	PieceInspection,
	PiecesView,
	SessionView,
	SourceView,
	SpeedView,
	TorrentView,
	TrackerView,
	Update,
	Watch,
	WebSeedView,
} from '../../source/api/snapshot.ts';
import type {CommonTrackerView} from '../../source/api/swarms-view.ts';
import {UserError} from '../../source/base/errors.ts';
import {fuzzyScore, fuzzyWords} from '../../source/base/fuzzy.ts';
import type {SlowTime} from '../../source/base/slow-time.ts';
import {fakeFeeds} from './fake-feeds.ts';
import {fakeFolders, fakeFound, fakeNetwork, findFake} from './fake-network.ts';

/** A seeded random number generator: 0 <= x < 1. */
export function seeded(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

const mib = 1024 * 1024;
const clients = [
	'Transmission 4.1.3',
	'qBittorrent 5.1.0',
	'libtorrent 2.1.0',
	'tortui 1.0.0',
	'µTorrent 3.6',
	'Deluge 2.2',
	'aria2 1.37',
	'BiglyBT 3.9',
];
const start = Date.UTC(2026, 10, 20, 14, 0, 0);

interface Peer {
	readonly view: PeerView;
	readonly speed: number;
}

/** How a fake engine is made. */
export interface FakeOptions {
	readonly seed?: number;
	readonly peers?: number;
	readonly pieces?: number;
	/** How much is there at the start: 0..1. */
	readonly have?: number;
	readonly torrents?: number;
	/** What the files of one more folder are called. */
	readonly names?: readonly string[];
	/** Whether only a link of the torrent is known. */
	readonly unknown?: boolean;
	/** Says nothing by itself, not even at first. */
	readonly silent?: boolean;
}

const folders: ReadonlyArray<readonly [string, number, number]> = [
	['dawn/marsh', 6, 300 * mib],
	['dawn', 3, 112 * mib],
	['dusk', 4, 180 * mib],
	['night/owls', 5, 96 * mib],
];

/** One tracker that works, and one that fails some of its torrents. */
const fakeTrackers: readonly CommonTrackerView[] = [
	{
		...{url: 'https://tracker.example', torrents: 8, working: 8, announcing: 0, failing: 0},
		...{seeders: 120, leechers: 14, peers: 90, downloaded: 900_000_000, uploaded: 12_000_000},
		nextAt: start + 600_000,
	},
	{
		...{url: 'udp://closed.example:6969', torrents: 3, working: 1, announcing: 0, failing: 2},
		...{seeders: 4, leechers: 0, peers: 4, downloaded: 0, uploaded: 0},
		why: 'torrent not registered',
		nextAt: start + 40_000,
	},
];

/** How the DHT of the fake engine does: one network does, the other has no address. */
export const fakeDht: DhtView = {
	state: 'good',
	readOnly: false,
	networks: [
		{
			family: 'ipv4',
			state: 'good',
			id: '8f3c6b6c9a1e4f70b2c8d6e1a3f59b7c0e2d4f68',
			nodes: 312,
			known: 340,
			buckets: [128, 64, 32, 16, 8, 8, 8, 5, 1].map((most, at) => ({
				nodes: at < 7 ? most : at === 7 ? 3 : 0,
				spares: 0,
				most,
			})),
			stored: {hashes: 41, peers: 97},
			traffic: {
				queriesIn: {ping: 12, get_peers: 340},
				queriesOut: {ping: 61, get_peers: 208, find_node: 12},
				answersIn: 240,
				answersOut: 352,
				errorsIn: 1,
				errorsOut: 0,
				invalid: 0,
				unsolicited: 0,
				dropped: 3,
				bytesIn: 91_000,
				bytesOut: 64_000,
			},
		},
		{
			family: 'ipv6',
			state: 'off',
			why: 'this machine has no IPv6 address',
			id: '',
			nodes: 0,
			known: 0,
			buckets: [],
			stored: {hashes: 0, peers: 0},
			traffic: {
				queriesIn: {},
				queriesOut: {},
				answersIn: 0,
				answersOut: 0,
				errorsIn: 0,
				errorsOut: 0,
				invalid: 0,
				unsolicited: 0,
				dropped: 0,
				bytesIn: 0,
				bytesOut: 0,
			},
		},
	],
	lookups: {running: 1, waiting: 0, firstPeers: {count: 9, p50: 1200, p95: 4100}},
};

/** One torrent that downloads, and some that stand beside it: a scripted engine with a clock turned by hand. */
export class FakeEngine implements EngineClient {
	readonly sent: Command[] = [];
	readonly watches: Watch[] = [];
	readonly closed: Promise<string>;
	/** Where its peers come from besides trackers. */
	sources: readonly SourceView[] = [
		{kind: 'tracker', peers: 40},
		{kind: 'dht', peers: 18, heardAt: start - 60_000, nextAt: start + 600_000},
		{kind: 'pex', peers: 18, heardAt: start - 60_000},
		{kind: 'lsd', peers: 1, heardAt: start - 60_000},
	];
	/** Servers that have its files. */
	webSeeds: readonly WebSeedView[] = [];
	/** Whether only a link of the torrent is known. */
	unknown: boolean;
	/** Whether the torrent waits for a choice of its files. */
	choosing = false;
	/** Torrents that are being made. */
	creations: readonly CreationView[] = [];
	/** Who shares what, and what is found of it; a catalogue that is silent never answers. */
	network: NetworkView = fakeNetwork;
	found: readonly FoundTorrent[] = fakeFound;
	folders: FoldersView = fakeFolders;
	feeds: FeedsView = fakeFeeds;
	silentCatalogue = false;
	/** Torrents that stand beside the first one, instead of those it makes up. */
	others: readonly TorrentView[] | undefined;
	/** Id of one more torrent that is here. */
	also: string | undefined;
	everyTracker: readonly CommonTrackerView[] = fakeTrackers;
	/** When slow mode comes by itself. */
	slowTimes: readonly SlowTime[] = [];
	/** Cells of which something was sent lately. */
	glow: readonly number[] = [];
	/** What the next command is refused with. */
	refuse: string | undefined;
	lose: (why: string) => void = () => undefined;
	readonly #random: () => number;
	readonly #pieceLength = 2 * mib;
	readonly #files: FileView[] = [];
	readonly #starts: number[] = [];
	readonly #priority: FilePriority[] = [];
	readonly #state: Uint8Array; // 0 missing 1 in flight 2 checking 3 have
	readonly #rarity: Uint8Array;
	readonly #log: LogView[] = [];
	readonly #down: number[] = [];
	readonly #up: number[] = [];
	readonly #listeners = new Map<(update: Update) => void, {watch: Watch; full: boolean}>();
	readonly #others: TorrentView[] = [];
	#peers: Peer[] = [];
	#trackers: TrackerView[];
	#seconds = 0;
	#revision = 0;
	#paused = false;
	#sequential = false;
	#slow = false;
	#gone = false;
	#label: string | undefined;
	#reason: TorrentView['reason'];
	readonly #length: number;
	readonly #silent: boolean;
	readonly id = '5d0f3b6c9a1e4f70b2c8d6e1a3f59b7c0e2d4f68';

	constructor(options: FakeOptions = {}) {
		this.closed = new Promise(resolve => {
			this.lose = resolve;
		});
		this.#random = seeded(options.seed ?? 7);
		this.#silent = options.silent ?? false;
		this.unknown = options.unknown ?? false;
		const random = this.#random;
		const root = 'field-recordings-2026-flac';
		let index = 0;
		let offset = 0;
		const add = (path: readonly string[], length: number) => {
			this.#files.push({index: index++, path: [root, ...path], length});
			this.#starts.push(offset);
			this.#priority.push(2);
			offset += length;
		};
		add(['00-index.flac'], 310 * mib);
		for (const [folder, count, length] of folders) {
			for (let number = 1; number <= count; number++) {
				add(
					[
						...folder.split('/'),
						`${String(number).padStart(2, '0')} ${['reed', 'oak', 'fog', 'rain', '川の音', 'stone'][number % 6]}.flac`,
					],
					length + Math.floor(random() * 20 * mib),
				);
			}
		}
		for (const name of options.names ?? []) add([name, name], 9 * mib);
		add(['notes.txt'], 12 * 1024);
		add(['cover.jpg'], 3 * mib);
		const pieces = options.pieces ?? Math.ceil(offset / this.#pieceLength);
		this.#length = offset;
		this.#state = new Uint8Array(pieces);
		this.#rarity = new Uint8Array(pieces);
		const have = options.have ?? 0.7;
		for (let piece = 0; piece < pieces; piece++) {
			const region = Math.sin(piece / 37) + Math.sin(piece / 11);
			this.#state[piece] = random() < have + region * 0.12 ? 3 : 0;
			this.#rarity[piece] = Math.max(1, Math.min(9, Math.floor(3 + region * 2 + random() * 4)));
		}
		const total = options.peers ?? 24;
		for (let number = 0; number < total; number++) this.#peers.push(this.#peer(number));
		this.#trackers = [
			{
				tier: 1,
				kind: 'tracker',
				url: 'http://tracker.example/announce',
				state: 'working',
				status: 'working',
				seeders: 61,
				leechers: 9,
				peers: 50,
				nextAt: start + 1_632_000,
			},
			{
				tier: 1,
				kind: 'tracker',
				url: 'udp://open.example.org:1337/announce',
				state: 'working',
				status: 'working',
				seeders: 44,
				leechers: 17,
				peers: 50,
				nextAt: start + 905_000,
			},
			{
				tier: 2,
				kind: 'tracker',
				url: 'udp://two.example:80',
				state: 'retrying',
				status: 'no answer',
				nextAt: start + 40_000,
			},
		];
		this.#write('info', 'listening on port 6881');
		this.#write('info', 'http://tracker.example answered with 50 peers');
		this.#write('warn', 'udp://two.example:80 does not answer: next try in 40 s');
		for (let second = 0; second < 300; second++) {
			this.#down.push(this.#curve(second - 300, 12 * mib));
			this.#up.push(this.#curve(second - 220, 0.4 * mib));
		}
		for (let number = 1; number < (options.torrents ?? 6); number++) this.#others.push(this.#other(number));
	}

	get reason(): TorrentView['reason'] {
		return this.#reason;
	}

	/** What the torrent says about itself from now on. */
	set reason(reason: TorrentView['reason']) {
		this.#reason = reason;
	}

	#curve(second: number, mean: number): number {
		return Math.max(
			0,
			mean * (0.7 + 0.3 * Math.sin(second / 23) + 0.2 * Math.sin(second / 7) + 0.15 * (this.#random() - 0.5)),
		);
	}

	#peer(number: number): Peer {
		const random = this.#random;
		const seed = random() < 0.3;
		const idle = random() < 0.35;
		const speed = idle ? 0 : random() ** 3 * 6 * mib;
		const six = random() < 0.25;
		const address = six
			? `[2001:db8:${(number * 77).toString(16)}::${number}]:6881`
			: `${['192.0.2', '198.51.100', '203.0.113'][number % 3]}.${10 + ((number * 37) % 240)}:${6881 + (number % 9) * 1000}`;
		const transport = random() < 0.4 ? 'utp' : 'tcp';
		const source =
			(['tracker', 'dht', 'pex', 'lsd', 'incoming'] as const)[Math.floor(random() * 5)] ?? 'tracker';
		return {
			speed,
			view: {
				id: number + 1,
				address,
				client: clients[number % clients.length] ?? '',
				flags: `${speed > 0 ? 'D' : 'd'} ${random() < 0.4 ? 'X' : ''}${random() < 0.5 ? 'E' : ''}${transport === 'utp' ? 'P' : ''}`,
				transport,
				encrypted: random() < 0.5,
				source,
				progress: seed ? 1 : random(),
				downloadRate: speed,
				uploadRate: random() < 0.3 ? random() * 120 * 1024 : 0,
				downloaded: speed * 100,
				uploaded: 0,
				requested: speed > 0 ? Math.ceil(speed / 65_536) + 8 : 0,
				queued: 0,
			},
		};
	}

	#other(number: number): TorrentView {
		const names = [
			'',
			'debian-13.2-amd64-netinst.iso',
			'素晴らしい音楽 👍🏽 collection',
			'linux-6.18-source',
			'public-domain-films-vol-2',
			'maps-of-the-north',
			'übung — étude',
		];
		const states = ['downloading', 'seeding', 'paused', 'queued', 'finished', 'checking'] as const;
		const state = states[number % states.length] ?? 'seeding';
		const length = (number * 731 + 120) * mib;
		const done = state === 'seeding' || state === 'finished' ? 1 : (number * 0.23) % 1;
		return {
			...this.overview(),
			id: number.toString(16).padStart(40, '0'),
			name: names[number % names.length] || `torrent ${number}`,
			state,
			reason: undefined,
			length,
			wanted: length,
			completed: Math.floor(length * done),
			checked: state === 'checking' ? 0.4 : undefined,
			downloadRate: state === 'downloading' ? 700_000 * number : 0,
			uploadRate: state === 'seeding' ? 320_000 : 0,
			ratio: number * 0.37,
			eta: state === 'downloading' ? 3600 * number : undefined,
			queue: number + 1,
			connected: number * 3,
			known: number * 9,
			label: number % 2 ? 'linux' : undefined,
			addedAt: start - number * 86_400_000,
		};
	}

	/** Something happens to one of the others. */
	tell(level: LogView['level'], text: string, {id, name}: Pick<TorrentView, 'id' | 'name'>, times = 1): void {
		const at = start + this.#seconds * 1000;
		this.#log.push({at, level, text, torrent: id, name, ...(times > 1 && {times})});
	}

	#write(level: LogView['level'], text: string): void {
		this.#log.push({at: start + this.#seconds * 1000, level, text, torrent: this.id});
		if (this.#log.length > 500) this.#log.shift();
	}

	#fileOf(piece: number): number {
		const at = (piece / this.#state.length) * this.#length;
		let file = 0;
		while (file + 1 < this.#starts.length && (this.#starts[file + 1] ?? 0) <= at) file++;
		return file;
	}

	#wantedPiece(piece: number): boolean {
		return (this.#priority[this.#fileOf(piece)] ?? 2) > 0;
	}

	/** How many watch it now. */
	get watching(): number {
		return this.#listeners.size;
	}

	/** Lets time pass in steps of a quarter of a second and tells who watches. */
	advance(seconds: number): void {
		for (let step = 0; step < seconds * 4; step++) this.#step();
		this.publish();
	}

	#step(): void {
		const random = this.#random;
		const before = Math.floor(this.#seconds);
		this.#seconds += 0.25;
		const whole = Math.floor(this.#seconds) !== before;
		if (!this.#paused) {
			let landed = 0;
			for (let piece = 0; piece < this.#state.length; piece++) {
				const state = this.#state[piece] ?? 0;
				if (state === 2) {
					this.#state[piece] = 3;
					landed++;
				} else if (state === 1 && random() < 0.06) this.#state[piece] = 2;
			}
			let inFlight = this.#state.reduce((sum, state) => sum + (state === 1 ? 1 : 0), 0);
			for (let tries = 0; tries < 60 && inFlight < 24; tries++) {
				const piece = Math.floor(random() * this.#state.length);
				if (this.#state[piece] === 0 && this.#wantedPiece(piece)) {
					this.#state[piece] = 1;
					inFlight++;
				}
			}
			if (whole && landed > 0 && random() < 0.4)
				this.#write(
					'debug',
					`piece ${Math.floor(random() * this.#state.length)} verified: ${1 + Math.floor(random() * 4)} peers gave it`,
				);
			if (whole && random() < 0.02)
				this.#write('warn', `203.0.113.${Math.floor(random() * 250)} sent bad data twice: banned`);
		}
		if (!whole) return;
		this.#peers = this.#peers.map(peer => {
			const factor = this.#paused ? 0 : 0.85 + random() * 0.3;
			return {
				...peer,
				view: {
					...peer.view,
					downloadRate: peer.speed * factor,
					downloaded: peer.view.downloaded + peer.speed * factor,
				},
			};
		});
		this.#down.push(this.#paused ? 0 : this.#curve(this.#seconds, 12 * mib));
		this.#up.push(this.#paused ? 0 : this.#curve(this.#seconds + 80, 0.4 * mib));
		const now = start + Math.floor(this.#seconds) * 1000;
		this.#trackers = this.#trackers.map(tracker =>
			tracker.nextAt === undefined || tracker.nextAt > now ? tracker : {...tracker, nextAt: now + 1_800_000},
		);
	}

	/** Sends every watcher what it watches. */
	publish(): void {
		this.#revision++;
		for (const [listener, state] of this.#listeners) {
			listener(this.#update(state.watch));
			state.full = false;
		}
	}

	#have(): number {
		return this.#state.reduce((sum, state) => sum + (state === 3 ? 1 : 0), 0);
	}

	/** The torrent as it stands. */
	overview(): TorrentView {
		const whole = this.#whole();
		if (!this.unknown) return whole;
		return {
			...whole,
			state: whole.state === 'paused' ? 'paused' : 'metadata',
			...{
				length: 0,
				wanted: 0,
				completed: 0,
				pieceLength: 0,
				pieces: 0,
				piecesHave: 0,
				files: 0,
				filesWanted: 0,
			},
			...{downloadRate: 0, uploadRate: 0, eta: undefined, downloaded: 0, uploaded: 0, wasted: 0, ratio: 0},
		};
	}

	#whole(): TorrentView {
		const have = this.#have();
		const progress = this.#progress();
		let wanted = 0;
		let completed = 0;
		for (const [position, file] of this.#files.entries()) {
			if ((this.#priority[position] ?? 2) === 0) continue;
			wanted += file.length;
			completed += progress[position] ?? 0;
		}
		const rate = this.#down.at(-1) ?? 0;
		const done = completed >= wanted;
		return {
			id: this.id,
			name: 'field-recordings-2026-flac',
			...(this.choosing && {choosing: true}),
			state: this.#paused || this.choosing ? 'paused' : done ? 'seeding' : 'downloading',
			reason: this.#reason,
			length: this.#length,
			wanted,
			completed,
			pieceLength: this.#pieceLength,
			pieces: this.#state.length,
			piecesHave: have,
			downloaded: completed,
			uploaded: completed * 0.12,
			wasted: 3 * mib,
			downloadRate: done ? 0 : rate,
			uploadRate: this.#up.at(-1) ?? 0,
			eta: done || this.#paused ? undefined : Math.round((wanted - completed) / Math.max(1, rate)),
			ratio: 0.12,
			connected: this.#peers.length,
			seedsConnected: this.#peers.filter(({view}) => view.progress === 1).length,
			known: 61,
			...(this.#paused || this.choosing ? {} : {availability: 7.31}),
			files: this.#files.length,
			filesWanted: this.#priority.filter(priority => priority > 0).length,
			dir: '/srv/downloads',
			label: this.#label,
			queue: 1,
			sequential: this.#sequential,
			superSeeding: false,
			private: false,
			addedAt: start - 3_600_000,
			createdBy: 'mktorrent 1.1',
			creationDate: start / 1000 - 86_400,
			comment: 'recorded at dawn',
			magnet: `magnet:?xt=urn:btih:${this.id}&dn=field-recordings-2026-flac`,
		};
	}

	#progress(): number[] {
		const done = new Array<number>(this.#files.length).fill(0);
		const total = new Array<number>(this.#files.length).fill(0);
		for (let piece = 0; piece < this.#state.length; piece++) {
			const file = this.#fileOf(piece);
			total[file] = (total[file] ?? 0) + 1;
			if (this.#state[piece] === 3) done[file] = (done[file] ?? 0) + 1;
		}
		return this.#files.map((file, index) => {
			const all = total[index] ?? 0;
			return all === 0 ? file.length : Math.floor((file.length * (done[index] ?? 0)) / all);
		});
	}

	#pieces(wanted: number): PiecesView {
		if (this.unknown)
			return {
				...{pieces: 0, have: 0, inFlight: 0, checking: 0, copies: 0},
				...{cells: '', availability: '', filled: '', fileStarts: []},
			};
		const count = this.#state.length;
		const cells = Math.min(count, wanted);
		let text = '';
		let availability = '';
		let filled = '';
		for (let cell = 0; cell < cells; cell++) {
			const from = Math.floor((cell * count) / cells);
			const to = Math.floor(((cell + 1) * count) / cells);
			let have = 0;
			let flight = 0;
			let checking = 0;
			let rarest = 9;
			let unwanted = 0;
			for (let piece = from; piece < to; piece++) {
				const state = this.#state[piece] ?? 0;
				if (state === 3) have++;
				else {
					rarest = Math.min(rarest, this.#rarity[piece] ?? 9);
					if (state === 1) flight++;
					if (state === 2) checking++;
					if (!this.#wantedPiece(piece)) unwanted++;
				}
			}
			const size = to - from;
			text +=
				have === size
					? 'h'
					: checking > 0
						? 'c'
						: flight > 0
							? 'r'
							: unwanted > 0
								? 'u'
								: have > 0
									? 'p'
									: 'm';
			availability += String(rarest);
			filled += String(Math.min(9, Math.floor((have * 10) / size)));
		}
		const fileStarts: Array<readonly [number, number]> = [];
		for (const [position, offset] of this.#starts.entries()) {
			const cell = Math.floor((offset / this.#length) * cells);
			if (fileStarts.at(-1)?.[0] !== cell) fileStarts.push([cell, position]);
		}
		return {
			pieces: count,
			have: this.#have(),
			inFlight: this.#state.reduce((sum, state) => sum + (state === 1 ? 1 : 0), 0),
			checking: this.#state.reduce((sum, state) => sum + (state === 2 ? 1 : 0), 0),
			cells: text,
			availability,
			filled,
			copies: 7.31,
			fileStarts,
		};
	}

	#speed({range, samples}: {readonly range: number; readonly samples: number}): SpeedView {
		const fold = (values: readonly number[]) => {
			const shown = values.slice(-range);
			const count = Math.round((samples * shown.length) / range);
			return Array.from({length: count}, (_, index) => {
				const part = shown.slice(
					Math.floor((index * shown.length) / count),
					Math.max(
						Math.floor(((index + 1) * shown.length) / count),
						Math.floor((index * shown.length) / count) + 1,
					),
				);
				return part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length);
			});
		};
		const download = fold(this.#down);
		const upload = fold(this.#up);
		const peak = (values: readonly number[]) =>
			values.reduce(
				(most, value, at) => Math.max(most, ((values[at - 2] ?? 0) + (values[at - 1] ?? 0) + value) / 3),
				0,
			);
		const mean = (values: readonly number[]) =>
			values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
		return {
			range,
			download,
			upload,
			peakDownload: peak(this.#down.slice(-range)),
			peakUpload: peak(this.#up.slice(-range)),
			meanDownload: mean(download),
			meanUpload: mean(upload),
			diskRate: this.#paused ? 0 : 14 * mib,
			diskQueue: this.#paused ? 0 : 3,
		};
	}

	session(): SessionView {
		return {
			name: 'ada',
			version: '1.0.0',
			pid: 4242,
			uptime: Math.floor(this.#seconds) + 3600,
			port: 6881,
			portState: 'open',
			downloadRate: this.#down.at(-1) ?? 0,
			uploadRate: this.#up.at(-1) ?? 0,
			downloaded: 91 * 1024 * mib,
			uploaded: 40 * 1024 * mib,
			recent: {
				today: {downloaded: 4200 * mib, uploaded: 1200 * mib},
				week: {downloaded: 31 * 1024 * mib, uploaded: 9000 * mib},
				month: {downloaded: 88 * 1024 * mib, uploaded: 39 * 1024 * mib},
			},
			connected: this.#peers.length,
			dhtNodes: 312,
			dht: {state: 'good'},
			freeSpace: 210 * 1024 * mib,
			slowMode: this.#slow,
			dir: '/srv/downloads',
		};
	}

	#update(watch: Watch): Update {
		const ours = watch.torrent?.id === this.id && !this.#gone;
		const part = watch.torrent;
		return {
			revision: this.#revision,
			...(watch.session && {session: this.session()}),
			...(watch.torrents && {torrents: this.#all()}),
			...(watch.creations && {creations: this.creations}),
			...(watch.network && {network: this.network, folders: this.folders}),
			...(watch.feeds && {feeds: this.feeds}),
			...(watch.everyPeer && {everyPeer: this.#peers.map(({view}) => ({...view, torrent: this.id}))}),
			...(watch.everyTracker && {everyTracker: this.everyTracker}),
			...(part && {
				torrent: ours
					? {
							id: part.id,
							...(part.overview && {overview: this.overview()}),
							...(part.pieces && {pieces: this.#pieces(part.pieces)}),
							...(part.pieces && {sent: this.glow}),
							...(part.pieces && part.cell !== undefined && {cell: this.#inspection(part.cell, part.pieces)}),
							...(part.peers && {
								peers: this.#peers.map(({view}) =>
									part.peerMaps ? {...view, map: this.#mapOf(view, 16, '0123456789')} : view,
								),
							}),
							...(part.peer !== undefined && {peer: this.#peerDetails(part.peer, part.pieces ?? 64)}),
							...(part.trackers && {
								trackers: this.#trackers,
								sources: this.sources,
								webSeeds: this.webSeeds,
							}),
							...(part.files && {
								files: this.unknown ? [] : this.#files,
								progress: this.unknown
									? {completed: [], priority: []}
									: {completed: this.#progress(), priority: [...this.#priority]},
							}),
							...(part.speed && {speed: this.#speed(part.speed)}),
						}
					: part.overview && (this.others ?? this.#others).some(({id}) => id === part.id)
						? {
								id: part.id,
								overview: (this.others ?? this.#others).find(({id}) => id === part.id) as TorrentView,
							}
						: {id: part.id, gone: true},
			}),
			...(watch.speed && {speed: this.#speed(watch.speed)}),
			...(watch.log && {
				log: this.#log.filter(({level}) => level !== 'debug' || watch.logFrom !== 'info').slice(-watch.log),
			}),
		};
	}

	#all(): readonly TorrentView[] {
		const more = this.also === undefined ? [] : [{...this.overview(), id: this.also}];
		return [...(this.#gone ? [] : [this.overview()]), ...(this.others ?? this.#others), ...more];
	}

	/** What a cell holds: told of the rarest of its pieces that is missing, else of its first. */
	#inspection(cell: number, wanted: number, whole = false): PieceInspection {
		const count = this.#state.length;
		const cells = Math.min(count, wanted);
		const first = Math.floor((cell * count) / cells);
		const end = Math.max(first + 1, Math.floor(((cell + 1) * count) / cells));
		const all = Array.from({length: end - first}, (_, at) => first + at);
		const state = (piece: number) =>
			['missing', 'in flight', 'being checked', 'have'][this.#state[piece] ?? 0] ?? '';
		const missing = all.filter(piece => this.#state[piece] !== 3);
		const piece = missing.sort((a, b) => (this.#rarity[a] ?? 0) - (this.#rarity[b] ?? 0))[0] ?? first;
		const holders = this.#rarity[piece] ?? 0;
		const heldBy = this.#peers.slice(0, holders).map(({view: {address, downloadRate}}) => ({
			address,
			rate: downloadRate,
		}));
		return {
			...{first, piece, pieces: all.length, length: this.#pieceLength, state: state(piece), holders, heldBy},
			files: [(this.#files[this.#fileOf(piece)]?.path ?? []).join('/')],
			...{blocks: 128, blocksHave: 40, requestedFrom: ['192.0.2.187:51413']},
			...(whole && {
				runs: all.map(each => ({
					...{first: each, last: each, state: state(each), holders: this.#rarity[each] ?? 0},
				})),
			}),
		};
	}

	/** What a peer has of each of so many parts, as one of some letters for from nothing to everything. */
	#mapOf({id, progress}: PeerView, parts: number, letters: string): string {
		return Array.from({length: parts}, (_, part) => {
			const has = Math.max(0, Math.min(1, progress * 2 - Math.abs(Math.sin(id + part / 3))));
			return letters[Math.round((progress === 1 ? 1 : has) * (letters.length - 1))] ?? '';
		}).join('');
	}

	#peerDetails(id: number, wanted: number): PeerDetails | null {
		const view = this.#peers.find(peer => peer.view.id === id)?.view;
		if (view === undefined) return null;
		const cells = Math.min(this.#state.length, wanted);
		const {cells: states} = this.#pieces(wanted);
		const has = this.#mapOf(view, cells, '0123456789');
		const offered = [...has]
			.map((tenths, cell) => (tenths > '4' && states[cell] !== 'h' ? '1' : '0'))
			.join('');
		return {
			...{id, peerId: '-TR4130-k2k9x0d1m3ab', pieces: Math.floor(view.progress * this.#state.length)},
			...{offers: [...offered].filter(letter => letter === '1').length, offered, has},
			...{connectedAt: start - 540_000, usefulAt: start, roundTrip: 38, incoming: false},
			...{amInterested: true, amChoking: true, peerInterested: true, peerChoking: view.downloadRate === 0},
			...{optimistic: false, snubbed: false, onParole: false, uploadOnly: false},
			...{speaks: ['fast', 'dht', 'ut_pex', 'ut_metadata'], requestWindow: 250, unsent: 0, namedBy: 'TX'},
		};
	}

	#preview(): NonNullable<Reply['preview']> {
		return {
			id: this.id,
			name: 'field-recordings-2026-flac',
			length: this.#length,
			pieceLength: this.#pieceLength,
			pieces: this.#state.length,
			private: false,
			trackers: 3,
			already: this.choosing,
			files: this.#files,
			fileCount: this.#files.length,
			...(this.choosing && {priorities: [...this.#priority]}),
		};
	}

	async send(command: Command): Promise<Reply> {
		this.sent.push(command);
		const {refuse} = this;
		if (refuse !== undefined) {
			this.refuse = undefined;
			throw new UserError('refused', refuse);
		}
		switch (command.type) {
			case 'torrent.pause':
				this.#paused = true;
				this.#write('info', 'paused');
				break;
			case 'torrent.resume':
				this.#paused = false;
				this.#write('info', 'goes on');
				break;
			case 'torrent.choose':
				this.choosing = false;
				for (const [index, priority] of command.priorities ?? []) this.#priority[index] = priority;
				break;
			case 'files.priority':
				for (const index of command.files) this.#priority[index] = command.priority;
				break;
			case 'torrent.sequential':
				this.#sequential = command.on;
				break;
			case 'torrent.label':
				this.#label = command.label;
				break;
			case 'session.slowMode':
				this.#slow = command.on;
				break;
			case 'session.configure':
				this.slowTimes = command.settings.slowTimes ?? this.slowTimes;
				return {settings: {slowTimes: this.slowTimes}};
			case 'session.find': {
				const words = fuzzyWords(command.words);
				const best = <Found extends {score: number | undefined}>(found: readonly Found[]) =>
					found
						.filter(({score}) => score !== undefined)
						.sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
						.slice(0, command.limit) as Array<Found & {score: number}>;
				const score = (text: string) => fuzzyScore(words, text.toLowerCase());
				const files = words.length === 0 ? [] : this.#files;
				return {
					findings: {
						torrents: best(this.#all().map(({id, name, state}) => ({id, name, state, score: score(name)}))),
						files: best(
							files.map(({index, path}) => ({id: this.id, index, path, score: score(path.join('/'))})),
						),
						labels: best(['music', 'films'].map(label => ({label, torrents: 1, score: score(label)}))),
						more: 0,
					},
				};
			}
			case 'session.list':
				return {torrents: this.#all()};
			case 'stream.open': {
				const url = 'http://127.0.0.1:40123/0123456789abcdef0123456789abcdef/';
				const files = command.files.map(index => ({index, url: `${url}${index}`, length: 5}));
				return {
					stream: {stream: 's', url: files.length > 1 ? `${url}m3u8` : files[0]!.url, files, notes: []},
				};
			}
			case 'network.search':
				if (this.silentCatalogue) return new Promise(() => undefined);
				return {found: findFake(this.found, command.words)};
			case 'network.browse':
				return {
					found: {torrents: this.found.filter(({nicks}) => nicks.includes(command.nick)), errors: []},
				};
			case 'network.look':
			case 'network.use':
				return {network: this.network};
			case 'network.get':
				return {id: this.id};
			case 'network.preview':
				return {preview: this.#preview()};
			case 'torrent.preview':
				if (/^(?:magnet:|[0-9a-f]{40}$)/.test(command.link) && !this.choosing)
					return {
						preview: {
							id: this.id,
							name: 'field-recordings-2026-flac',
							length: 0,
							pieceLength: 0,
							pieces: 0,
							private: false,
							trackers: 2,
							already: false,
							files: [],
							fileCount: 0,
							unknown: true,
						},
					};
				return {preview: this.#preview()};
			case 'torrent.export':
				return {metainfo: 'ZDQ6aW5mb2RlZQ=='};
			case 'torrent.create':
				return {creation: 1};
			case 'session.dht':
				return {dht: fakeDht};
			case 'torrent.addLink':
				return {id: this.id};
			case 'torrent.remove':
				if (command.id === this.id) this.#gone = true;
				break;
			case 'piece.inspect':
				return {inspection: this.#inspection(command.cell, command.cells, true)};
			default:
				break;
		}
		this.publish();
		return {};
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		const state = {watch, full: true};
		this.watches.push(watch);
		this.#listeners.set(listener, state);
		if (!this.#silent) queueMicrotask(() => listener(this.#update(state.watch)));
		return {
			change: next => {
				state.watch = next;
				this.watches.push(next);
				queueMicrotask(() => {
					if (this.#listeners.has(listener)) listener(this.#update(next));
				});
			},
			stop: () => {
				this.#listeners.delete(listener);
			},
		};
	}

	/** Those who watch now: a test may tell them anything. */
	listeners(): ReadonlyArray<(update: Update) => void> {
		return [...this.#listeners.keys()];
	}

	/** Runs in real time until the answer is called: four steps a second. */
	run(): () => void {
		let last = 0;
		const timer = setInterval(() => {
			this.#step();
			const slowest = Math.max(0, ...[...this.#listeners.values()].map(({watch}) => watch.interval));
			if (Date.now() - last + 20 < slowest) return;
			last = Date.now();
			this.publish();
		}, 250);
		return () => clearInterval(timer);
	}

	close(): void {
		this.#listeners.clear();
	}
}
