import type {FoldersView} from '../../source/api/folders-view.ts';
import type {FoundTorrent, FoundTorrents, NetworkView, PersonView} from '../../source/api/network-view.ts';

const mib = 1024 * 1024;
const gib = 1024 * mib;
const hour = 3_600_000;
const wall = Date.UTC(2026, 10, 20, 14, 0, 0);
const catalogue = 'tracker.example:6969';

/** One torrent that somebody shares; what is left out is made up. */
export function foundTorrent(name: string, change: Partial<FoundTorrent> = {}): FoundTorrent {
	const infoHash = Buffer.from(name.padEnd(20, '.')).toString('hex').slice(0, 40);
	return {
		infoHash,
		name,
		size: 86 * mib,
		files: 12,
		nicks: ['bo'],
		seeders: 1,
		leechers: 0,
		since: wall - hour,
		trackers: [`http://${catalogue}/announce`],
		magnet: `magnet:?xt=urn:btih:${infoHash}`,
		already: false,
		...change,
	};
}

function person(nick: string, torrents: number, size: number, change: Partial<PersonView> = {}): PersonView {
	return {nick, catalogue, torrents, size, since: wall - 2 * hour, reachable: true, ...change};
}

const mine = foundTorrent('Harbour sounds 2026', {
	size: 1.3 * gib,
	files: 48,
	seeders: 2,
	nicks: ['ada'],
	since: wall - 5 * 24 * hour,
	already: true,
});

/** What a small group shares: whoever looks is ada. */
export const fakeFound: readonly FoundTorrent[] = [
	foundTorrent('Blue Harbour (live)', {
		size: 412 * mib,
		files: 11,
		seeders: 4,
		leechers: 1,
		nicks: ['bo', 'cy'],
		since: wall - 2 * hour,
	}),
	mine,
	foundTorrent('Old harbour maps', {files: 120, nicks: ['dee']}),
	foundTorrent('川の音 / river sounds', {size: 3 * gib, nicks: ['cy'], since: wall - 9 * 60_000}),
	foundTorrent('Seed catalogue of the north', {seeders: 0, nicks: ['dee']}),
];

/** Who is here, and what ada shares. */
export const fakeNetwork: NetworkView = {
	nick: 'ada',
	nickChosen: true,
	catalogues: [
		{
			name: catalogue,
			tracker: `http://${catalogue}/announce`,
			state: 'open',
			live: true,
			people: 4,
			torrents: 214,
			size: 1.9 * 1024 * gib,
			published: 2,
		},
	],
	people: [
		person('ada', 40, 600 * gib, {you: true}),
		person('bo', 31, 212 * gib),
		person('cy', 12, 80 * gib, {since: wall - 9 * 60_000}),
		person('dee', 1, 86 * mib, {since: wall - hour, reachable: false}),
	],
	shared: [
		{id: mine.infoHash, name: mine.name, size: mine.size, catalogues: [catalogue]},
		{
			id: 'a'.repeat(40),
			name: 'Train timetables',
			size: 4 * mib,
			catalogues: [],
			why: `${catalogue} has not heard of it yet`,
		},
	],
	totals: {people: 4, torrents: 214, size: 1.9 * 1024 * gib},
	news: 0,
	errors: [],
};

/** A shared folder in which something is being hashed. */
export const fakeFolders: FoldersView = {
	shared: [
		{
			dir: '/people/me/Shared',
			from: 'share',
			state: 'sharing',
			shared: 2,
			waiting: 0,
			queued: 2,
			declined: 0,
			hashing: {name: 'Night train.flac', done: 42 * mib, length: 100 * mib},
			faults: [],
			faultCount: 0,
			publish: true,
			trackers: [],
		},
	],
	watched: [],
};

/** The catalogue as an engine asks it: words that all begin a word of a name. */
export function findFake(torrents: readonly FoundTorrent[], words: string): FoundTorrents {
	const sought = words.toLowerCase().split(/\s+/).filter(Boolean);
	const matches = ({name}: FoundTorrent) => {
		const own = name.toLowerCase().split(/[^\p{L}\p{N}]+/u);
		return sought.every(word => own.some(part => part.startsWith(word)));
	};
	return {torrents: torrents.filter(matches), errors: []};
}
