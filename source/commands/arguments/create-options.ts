import {UserError} from '../../base/errors.js';
import type {CreateOptions} from '../../creator/create-options.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {readTorrentSource, sourceId} from '../transfer/torrent-source.js';
import type {Context, Flags, Options} from './command.js';
import {integer, size, text, trackerUrl, type ValueReader, webSeedUrl} from './quantities.js';

/** One tier of trackers: `,` stands between its URLs. */
export const tier: ValueReader<readonly string[]> = (value, where) =>
	value.split(',').map(url => trackerUrl(url, where));

/** What a torrent that is made says, and where it is written: the options of `create` and `seed`. */
export const createOptions = {
	output: {
		kind: 'value',
		short: 'o',
		value: 'FILE',
		read: text,
		help: 'where to write it; -: standard output (NAME.torrent here)',
	},
	force: {kind: 'on', help: 'replace a file that is there already'},
	tracker: {
		kind: 'list',
		short: 't',
		value: 'URL',
		read: tier,
		help: 'a tracker (repeatable; "," joins one tier)',
	},
	webSeed: {
		kind: 'list',
		short: 'w',
		value: 'URL',
		read: webSeedUrl,
		help: 'a web server with the content (repeatable)',
	},
	pieceLength: {
		kind: 'value',
		short: 'l',
		value: 'SIZE',
		read: size,
		help: 'a power of two from 16K to 128M (for 1,000 to 2,000 pieces)',
	},
	targetPieces: {
		kind: 'value',
		value: 'N',
		read: integer(1, 2_097_152),
		help: 'the smallest piece length with no more than N pieces',
	},
	v1: {kind: 'on', help: 'v1 only, which every client reads (what is made unless told)'},
	v2: {kind: 'on', help: 'v2 only: needs clients that know BitTorrent v2'},
	hybrid: {kind: 'on', help: 'both in one'},
	private: {kind: 'on', help: 'peers come from the trackers only'},
	source: {
		kind: 'value',
		value: 'TEXT',
		read: text,
		help: 'a source tag: makes the info-hash a different one',
	},
	comment: {kind: 'value', value: 'TEXT', read: text, help: 'a comment'},
	similar: {
		kind: 'list',
		value: 'TORRENT',
		read: text,
		help: 'a .torrent, magnet link or info-hash of one that shares files (repeatable)',
	},
	collection: {
		kind: 'list',
		value: 'NAME',
		read: text,
		help: 'a name that torrents which share files have in common (repeatable)',
	},
	date: {kind: 'off', help: 'do not write when it was made: the same content gives the same bytes'},
	includeHidden: {kind: 'on', help: 'hidden files too'},
	followLinks: {kind: 'on', help: 'take what symbolic links lead to, not the links'},
	executable: {kind: 'off', help: 'do not say which files are executable'},
	exclude: {kind: 'list', value: 'GLOB', read: text, help: 'leave out what matches (repeatable)'},
} as const satisfies Options;

/** Why v1 is made unless told. */
export const versionNotes: readonly string[] = [
	'A v1 torrent is made unless told: Transmission 3, aria2 and rtorrent, which',
	'most people still have, refuse hybrid torrents or misread them. Its info-hash is',
	'that of mktorrent, and of libtorrent for --v2 and --hybrid, where no file is a',
	'link; for mktorrent none is executable, which --no-executable leaves out here.',
];

/** Lines about what goes into a torrent. */
export const contentNotes: readonly string[] = [
	'In folders, names that begin with a dot are left out without --include-hidden;',
	'devices, pipes, sockets, and links that lead nowhere or out of the folder are',
	'always left out, with a line each. A link stays a link without --follow-links.',
	"Patterns: * and ? within a name, ** across folders; '*.tmp' is matched against",
	"every name, 'sub/*.tmp' against the path below the folder.",
];

/** What is said of a file in the way. */
export const outputAdvice = 'choose another name with -o, or replace it with --force';

function chooseVersion(flags: {v1: boolean; v2: boolean; hybrid: boolean}): Metainfo['version'] {
	if (Number(flags.v1) + Number(flags.v2) + Number(flags.hybrid) > 1) {
		throw new UserError('usage', '--v1, --v2 and --hybrid exclude each other (see: tortui create --help)', 2);
	}
	if (flags.hybrid) return 'hybrid';
	return flags.v2 ? '2' : '1';
}

/** The 20 bytes that stand for a torrent among those that share files: its v1 hash, or the beginning of that of v2. */
async function similarHash(
	word: string,
	context: Pick<Context, 'stdin' | 'version'> & Partial<Pick<Context, 'env'>>,
): Promise<string> {
	return sourceId(await readTorrentSource(word, context)).slice(0, 40);
}

/** What a torrent is to be made of and to say. Rejects with a `UserError` when that makes no sense. */
export async function creation(
	path: string,
	flags: Flags<typeof createOptions>,
	context: Pick<Context, 'stdin' | 'version'> & Partial<Pick<Context, 'env'>>,
): Promise<CreateOptions> {
	if (flags.pieceLength !== undefined && flags.targetPieces !== undefined)
		throw new UserError('usage', '--piece-length and --target-pieces exclude each other', 2);
	return {
		path,
		version: chooseVersion(flags),
		pieceLength: flags.pieceLength,
		targetPieces: flags.targetPieces,
		trackers: flags.tracker,
		webSeeds: flags.webSeed,
		private: flags.private,
		source: flags.source,
		similar: await Promise.all(flags.similar.map(word => similarHash(word, context))),
		collections: flags.collection,
		comment: flags.comment,
		createdBy: `tortui/${context.version}`,
		creationDate: flags.date ? Math.floor(Date.now() / 1000) : undefined,
		includeHidden: flags.includeHidden,
		followLinks: flags.followLinks,
		executable: flags.executable,
		exclude: flags.exclude,
	};
}

const mostLines = 20;

/** Says what was left out of a torrent. */
export function tellSkipped(skipped: readonly string[], warn: (message: string) => void): void {
	for (const what of skipped.slice(0, mostLines)) warn(what);
	if (skipped.length > mostLines) warn(`and ${skipped.length - mostLines} more left out`);
}

/** Says it of a torrent to whose peers nothing leads. */
export function tellLonely({private: isPrivate, trackers}: Metainfo, warn: (message: string) => void): void {
	if (isPrivate && trackers.length === 0)
		warn('it is private and names no tracker: nobody will find anybody (give one with --tracker)');
}
