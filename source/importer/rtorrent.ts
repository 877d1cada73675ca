import {hostname, uptime} from 'node:os';
import {basename, dirname, isAbsolute, join} from 'node:path';
import type {FilePriority} from '../api/snapshot.js';
import {ProtocolError} from '../base/errors.js';
import type {Millis} from '../base/units.js';
import type {BencodeNode} from '../protocol/bencode/bencode.js';
import type {Metainfo} from '../protocol/metainfo/metainfo.js';
import {Bitfield} from '../protocol/wire/bitfield.js';
import {allOf, bitsOf, isSet, pathOf, positive, textsOf, tiersOf, timeOf, words} from './fields.js';
import type {ForeignClient, ForeignData, ForeignEntry, ForeignTorrent} from './foreign-torrent.js';
import {findProcess, runsProgram} from './running-client.js';
import {firstWith, namesIn, readStateFile, wholeDictionary} from './state-files.js';

/** rTorrent 0.9 and its kin: a session folder with a .torrent each, `.libtorrent_resume` and `.rtorrent` beside it. */
export const rtorrent: ForeignClient = {
	name: 'rtorrent',
	title: 'rTorrent',
	usualDirs({home, env}) {
		const data = env['XDG_DATA_HOME'] || join(home, '.local/share');
		return [
			join(home, '.session'),
			join(home, '.rtorrent/session'),
			join(home, '.rtorrent/.session'),
			join(home, 'rtorrent/.session'),
			join(home, 'rtorrent/session'),
			join(data, 'rtorrent/session'),
			join(data, 'rtorrent/.session'),
			'/var/lib/rtorrent/session',
			'/var/lib/rtorrent/.session',
		];
	},
	async open(dir, person) {
		const named = await sessionsNamed(dir, person.home);
		const state = await firstWith([dir, ...named, join(dir, '.session'), join(dir, 'session')], async at =>
			isSession(await namesIn(at, '')),
		);
		return state === undefined ? undefined : {dir: state, entries: () => readAll(state, person.home)};
	},
	async running(dir) {
		const lock = await readStateFile(join(dir, 'rtorrent.lock')).catch(() => undefined);
		const held = /^(.*):\+?(\d+)\s*$/.exec(new TextDecoder().decode(lock?.bytes));
		// In a container it has another host name, and its number means nothing here.
		if (held && held[1] !== hostname()) return `rtorrent (on ${held[1]}, says its lock)`;
		if (held && (await runsProgram(Number(held[2]), 'rtorrent'))) return `rtorrent (process ${held[2]})`;
		// Its lock can be turned off; which session it has then only its command line tells.
		return findProcess(['rtorrent'], {state: dir, option: ['-s'], usualDirs: () => []});
	},
};

function isSession(names: readonly string[] | undefined): boolean {
	return (
		names?.some(
			name =>
				name === 'rtorrent.dht_cache' ||
				/\.torrent\.(?:libtorrent_resume|rtorrent)$/.test(name) ||
				/^[0-9A-F]{40}\.torrent$/.test(name),
		) ?? false
	);
}

/** The session folders that a config file in a folder names; what is worked out only when it runs is passed over. */
async function sessionsNamed(dir: string, home: string): Promise<string[]> {
	const files = [join(dir, '.rtorrent.rc'), join(dir, 'rtorrent.rc'), join(dir, 'rtorrent/rtorrent.rc')];
	const found: string[] = [];
	for (const path of files) {
		const file = await readStateFile(path).catch(() => undefined);
		const text = new TextDecoder().decode(file?.bytes);
		const named = /^\s*(?:session\.path\.set|session)\s*=\s*"?([^\s"#,(){}$]+)"?\s*$/m.exec(text)?.[1];
		if (named !== undefined) found.push(absolute(named, home) ?? join(dir, named));
	}
	return found;
}

function absolute(path: string, home: string): string | undefined {
	if (path === '~' || path.startsWith('~/')) return join(home, path.slice(1));
	return isAbsolute(path) ? path : undefined;
}

async function* readAll(dir: string, home: string): AsyncIterable<ForeignEntry> {
	for (const name of (await namesIn(dir, '.torrent')) ?? []) {
		try {
			yield await readOne(dir, name, home);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			yield {name, problem: error.message};
		}
	}
}

interface Sidecar {
	readonly root: BencodeNode;
	readonly mtime: Millis;
}

async function readOne(dir: string, name: string, home: string): Promise<ForeignTorrent> {
	const file = await readStateFile(join(dir, name));
	if (file === undefined) throw new ProtocolError('unreadable', 'it is gone');
	const torrent = wholeDictionary(file.bytes, 'its .torrent');
	const notes: string[] = [];
	const beside = async (ending: 'rtorrent' | 'libtorrent_resume'): Promise<Sidecar | undefined> => {
		// Versions before 0.9.3 kept it in the .torrent.
		const inside = torrent.get(ending);
		try {
			const found = await readStateFile(join(dir, `${name}.${ending}`));
			if (found !== undefined)
				return {root: wholeDictionary(found.bytes, `its .${ending}`), mtime: found.mtime};
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			notes.push(`what was known of it (${error.message})`);
		}
		return inside?.type === 'dictionary' ? {root: inside, mtime: file.mtime} : undefined;
	};
	const state = (await beside('rtorrent'))?.root;
	const resume = await beside('libtorrent_resume');
	const link = words(torrent.get('magnet-uri')) ?? words(state?.get('magnet-uri'));
	const title = words(torrent.get('info')?.get('name')) ?? name;
	const directory = words(state?.get('directory'));
	const place = directory === undefined ? undefined : absolute(directory, home);
	if (place === undefined)
		throw new ProtocolError(
			'bad-state',
			`nobody knows which folder its data is in${directory === undefined ? '' : `: ${directory} is not absolute`}`,
		);
	const isFolder = link === undefined && torrent.get('info')?.get('files') !== undefined;
	const isTree = link === undefined && hasFolder(torrent.get('info'));
	const below = isFolder || isTree;
	if ((state?.get('priority')?.number() ?? 2) !== 2) notes.push('its priority among torrents');
	const throttle = words(state?.get('throttle_name'));
	if (throttle !== undefined) notes.push(`its throttle ${throttle}`);
	const custom = state?.get('custom');
	return {
		name: title,
		metainfo: link === undefined ? withoutState(file.bytes, torrent) : undefined,
		link,
		dirs: [below ? dirname(place) : place],
		paused: state !== undefined && !isSet(state.get('state')),
		label: labelOf(words(state?.get('custom1'))),
		trackers: trackersOf(torrent, resume?.root.get('trackers')),
		addedAt: seconds(custom?.get('addtime')) ?? timeOf(state?.get('timestamp.started')),
		completedAt: timeOf(state?.get('timestamp.finished')) ?? seconds(custom?.get('seedingtime')),
		downloaded: positive(state?.get('total_downloaded')),
		uploaded: positive(state?.get('total_uploaded')),
		notes,
		data: resume && (metainfo => dataOf(resume, metainfo, below ? basename(place) : undefined)),
	};
}

/** Whether a v2 file tree is of more than a single file with the torrent's name. */
function hasFolder(info: BencodeNode | undefined): boolean {
	const tree = info?.get('file tree');
	if (tree === undefined || info?.get('length') !== undefined) return false;
	const [first] = [...tree.entries()];
	return tree.size !== 1 || first?.[1].get('') === undefined;
}

/** Its own additions to the .torrent are of no use to others. */
function withoutState(bytes: Uint8Array, torrent: BencodeNode): Uint8Array {
	const own = ['rtorrent', 'libtorrent_resume'].flatMap(key => torrent.get(key) ?? []);
	if (own.length === 0) return bytes;
	const parts: Uint8Array[] = [Uint8Array.of(0x64)];
	for (const [key, value] of torrent.entries()) {
		const text = new TextDecoder('latin1').decode(key);
		if (text === 'rtorrent' || text === 'libtorrent_resume') continue;
		parts.push(new TextEncoder().encode(`${key.length}:`), key, value.raw);
	}
	parts.push(Uint8Array.of(0x65));
	return Uint8Array.from(Buffer.concat(parts));
}

/** ruTorrent writes them as in a URL. */
function labelOf(text: string | undefined): string | undefined {
	if (text === undefined) return undefined;
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function seconds(node: BencodeNode | undefined): Millis | undefined {
	const value = Number.parseInt(node?.text()?.trim() ?? '', 10);
	return value > 0 && value < 1e11 ? value * 1000 : timeOf(node);
}

/** Those of the .torrent that are not turned off, and those that were added, each in its tier. */
function trackersOf(torrent: BencodeNode, noted: BencodeNode | undefined): string[][] | undefined {
	if (noted?.type !== 'dictionary') return undefined;
	const own = tiersOf(torrent.get('announce-list')) ?? [textsOf(torrent.get('announce'))];
	const off = new Set<string>();
	const tiers = own.map(tier => [...tier]);
	for (const [key, entry] of noted.entries()) {
		const url = new TextDecoder().decode(key);
		if (!/^(?:https?|udp):/.test(url)) continue;
		if (entry.get('enabled')?.number() === 0) off.add(url);
		else if (isSet(entry.get('extra_tracker')) && !own.flat().includes(url)) {
			const group = entry.get('group')?.number() ?? -1;
			const tier = tiers[group];
			if (tier === undefined) tiers.push([url]);
			else tier.unshift(url);
		}
	}
	return tiers.map(tier => tier.filter(url => !off.has(url))).filter(tier => tier.length > 0);
}

/** @param folder the name of the torrent's folder, where it is one */
function dataOf({root, mtime}: Sidecar, metainfo: Metainfo, folder: string | undefined): ForeignData {
	const {files, pieceCount, name} = metainfo;
	const bits = root.get('bitfield');
	const bytes = bits?.bytes();
	const count = bits?.number();
	// A number where all bits are alike.
	const have =
		bytes !== undefined
			? bitsOf(bytes, pieceCount)
			: count === pieceCount && count > 0
				? allOf(pieceCount)
				: new Bitfield(pieceCount);
	// Pad files are files like others to it.
	const noted = [...(root.get('files')?.items() ?? [])];
	const uncertain = uncertainPieces(root, mtime);
	const isOther = folder !== undefined && folder !== name;
	return {
		have,
		priorities: files.map((_, file): FilePriority => {
			const priority = noted[file]?.get('priority')?.number();
			return priority === 0 ? 0 : priority === 2 ? 3 : 2;
		}),
		paths: files.map(({path, pad}) =>
			isOther && !pad ? [...pathOf(Buffer.from(folder)), ...path.slice(1)] : undefined,
		),
		isAsLeft(file, found) {
			const time = noted[file]?.get('mtime')?.number();
			const {offset, length} = files[file]!;
			for (const piece of uncertain) {
				const start = piece * metainfo.pieceLength;
				if (start < offset + length && start + metainfo.pieceLength > offset) return false;
			}
			// It knows the whole second; below zero it has not looked.
			return time !== undefined && time > 0 && Math.floor(found.mtime / 1000) === time;
		},
	};
}

/** Pieces that were on their way to the disk: they are there unless the machine has been started since. */
function uncertainPieces(root: BencodeNode, mtime: Millis): readonly number[] {
	const bytes = root.get('uncertain_pieces')?.bytes();
	if (bytes === undefined || mtime > Date.now() - uptime() * 1000) return [];
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	return Array.from({length: bytes.length >> 2}, (_, at) => view.getUint32(4 * at));
}
