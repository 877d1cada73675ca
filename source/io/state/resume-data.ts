import type {WhenComplete} from '../../api/known-torrent.js';
import type {FilePriority} from '../../api/snapshot.js';
import {sameBytes} from '../../base/bytes.js';
import {ProtocolError} from '../../base/errors.js';
import type {PeerAddress} from '../../base/peer-address.js';
import {isSeedGoal, type SeedGoal} from '../../base/seed-goal.js';
import {
	asInfoHash,
	type Bytes,
	type BytesPerSecond,
	type InfoHash,
	type Millis,
	type Seconds,
} from '../../base/units.js';
import {asFiles} from '../../policy/pieces/piece-priorities.js';
import {asFileOwner} from '../../policy/session/file-ownership.js';
import {
	type Bencodable,
	type BencodeNode,
	decodeDictionary,
	encodeBencode,
} from '../../protocol/bencode/bencode.js';
import {nameFromBytes, nameToBytes} from '../../protocol/metainfo/name-bytes.js';
import {decodeCompactPeers, encodeCompactPeers} from '../../protocol/tracker/compact-peers.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import type {HashRequest} from '../../protocol/wire/hash-messages.js';
import type {FileStamp} from '../disk/storage.js';
import {hashFunctions} from '../machine/hash-functions.js';
import type {NameHistory} from '../ownership/find-names.js';

/** Another folder some files of a torrent may be in: those were on their way when this was written. */
export interface OtherPlace {
	/** Absolute. */
	readonly dir: string;
	/** As `ResumeData.renamed`, for that place. */
	readonly renamed: ReadonlyArray<readonly [file: number, path: readonly string[]]>;
	/** The files that may be there. */
	readonly files: readonly number[];
	/** Whether it is where they were going to, not where they came from. */
	readonly goal: boolean;
}

/** Which files are wanted of a torrent of which nobody knows yet what it holds; what is left out is as usual. */
export interface FileChoices {
	/** Selection rules, as `selectFiles` reads them. */
	readonly select?: string | readonly string[] | undefined;
	readonly priorities?: ReadonlyArray<readonly [fileIndex: number, priority: FilePriority]> | undefined;
}

/** Hashes of a file's tree that were proven when they came. BEP 52. */
export interface HashNote {
	/** Of the tree: 32 bytes. */
	readonly root: Uint8Array;
	/** 32 bytes each: a whole piece layer, or some of it and its proof. */
	readonly hashes: Uint8Array;
	/** What the hashes answer; undefined for a whole layer. */
	readonly range?: Omit<HashRequest, 'root'> | undefined;
}

/** What one torrent takes along from session to session. */
export interface ResumeData {
	readonly id: InfoHash;
	readonly name: string;
	/** Absolute. */
	readonly dir: string;
	/** Milliseconds since 1970. */
	readonly addedAt: Millis;
	readonly completedAt: Millis | undefined;
	/** False when it was paused by hand. */
	readonly active: boolean;
	/** Its place in the queue. */
	readonly queue: number;
	/** The pieces that are on disk; of length 0 while the metadata is not known. */
	readonly have: Bitfield;
	/** What was counted since, when that was less than `have` and the torrent did not run; for people to see. */
	readonly counted?: Bitfield | undefined;
	/** Pieces of which some blocks are on disk. */
	readonly partials: ReadonlyArray<{readonly piece: number; readonly blocks: readonly number[]}>;
	/** What each file was when the above held; empty when nothing is had. */
	readonly stamps: ReadonlyArray<FileStamp | undefined>;
	/** One a file; empty for the default. */
	readonly priorities: readonly FilePriority[];
	/** One byte a piece: the priority chosen for it, or `asFiles`; undefined when none was. */
	readonly piecePriorities: Uint8Array | undefined;
	readonly downloaded: Bytes;
	readonly uploaded: Bytes;
	readonly wasted: Bytes;
	/** How long it has been active, and of that seeding. */
	readonly activeTime: Seconds;
	readonly seedingTime: Seconds;
	/** Tiers of announce URLs as they are now. */
	readonly trackers: readonly (readonly string[])[];
	/** Those of them that a person named; undefined in what was written before that was kept. */
	readonly namedTrackers?: readonly string[] | undefined;
	readonly peers: readonly PeerAddress[];
	readonly sequential: boolean;
	readonly superSeeding: boolean;
	/** It is told to those who have a catalogue of what people share. False when left out. */
	readonly publish?: boolean | undefined;
	/** Nothing of it may be written, whatever is missing. False when left out. */
	readonly seedOnly?: boolean | undefined;
	readonly label: string | undefined;
	readonly maxPeers: number | undefined;
	readonly maxDownload: BytesPerSecond | undefined;
	readonly maxUpload: BytesPerSecond | undefined;
	readonly seedRatio: number | undefined;
	readonly seedTime: Seconds | undefined;
	/** Its own seeding goal, where that is more than the two above; undefined when it is not. */
	readonly goal?: SeedGoal | undefined;
	/** How long it has been seeded since somebody took something; 0 when left out. */
	readonly idleTime?: Seconds | undefined;
	/** It goes on seeding though it reached its goal: somebody started it again. False when left out. */
	readonly goalWaived?: boolean | undefined;
	/** It is not active because everything was paused, not because it was. False when left out. */
	readonly heldWithAll?: boolean | undefined;
	/** Files that have another path than the torrent says, below `dir`. */
	readonly renamed: ReadonlyArray<readonly [file: number, path: readonly string[]]>;
	/**
	 * Whose names the other files have: those of earlier versions, which did not note it, or ours; `found` when it was
	 * found out, and `renamed` holds all that differs.
	 */
	readonly names?: NameHistory | 'found' | undefined;
	/** What becomes of its files when everything that is wanted is there; left out when nothing does. */
	readonly whenComplete?: WhenComplete | undefined;
	/** While files are being moved. */
	readonly otherPlace: OtherPlace | undefined;
	/** The magnet link it came from, while its metadata is not known. */
	readonly link: string | undefined;
	/** HTTP servers that links named, besides those of its .torrent; none when left out. */
	readonly webSeeds?: readonly string[] | undefined;
	/** Those that a person named, and those that one took out; none when left out. */
	readonly namedWebSeeds?: readonly string[] | undefined;
	readonly removedWebSeeds?: readonly string[] | undefined;
	/** Which files were chosen while it is not known which there are. */
	readonly selection?: FileChoices | undefined;
	/** Nothing of it is fetched before somebody has chosen its files. False when left out. */
	readonly choosing?: boolean | undefined;
	/** One `fileOwner` a file; left out when nobody knows. */
	readonly owners?: Uint8Array;
	/** Hashes of v2 that peers gave, and that are not in its .torrent yet; left out when there are none. BEP 52. */
	readonly hashes?: readonly HashNote[] | undefined;
	/** How long its part file was at least when this was written; left out when nothing was known of that. */
	readonly partSize?: Bytes | undefined;
}

const version = 1;
const stampLength = 16;
/** Sorts behind every other key, so that the checksum is what the bytes end with. */
const sumKey = '~sum';
const sumLength = 8;
/** The dictionary's end. */
const tail = 1;

/** Resume data that a later version of the program wrote: not damaged, and not ours to read or replace. */
export class LaterVersion extends ProtocolError {
	constructor(found: number) {
		super('later-version', `is of version ${found}, this program knows ${version}`);
	}
}

/** Writes resume data as one bencoded dictionary that ends with its own checksum. */
export function encodeResumeData(data: ResumeData): Uint8Array {
	const whole: Record<string, Bencodable | undefined> = {
		version,
		id: data.id,
		name: data.name,
		dir: data.dir,
		addedAt: Math.round(data.addedAt),
		completedAt: rounded(data.completedAt),
		active: data.active,
		queue: data.queue,
		pieces: data.have.length,
		have: data.have.bytes,
		counted: data.counted?.bytes,
		partials: data.partials.map(({piece, blocks}) => [piece, bitsOf(blocks)]),
		stamps: stampBytes(data.stamps),
		priorities: Uint8Array.from(data.priorities),
		piecePriorities: data.piecePriorities,
		downloaded: data.downloaded,
		uploaded: data.uploaded,
		wasted: data.wasted,
		activeTime: Math.round(data.activeTime),
		seedingTime: Math.round(data.seedingTime),
		trackers: data.trackers,
		namedTrackers: data.namedTrackers,
		peers: encodeCompactPeers(data.peers),
		peers6: encodeCompactPeers(data.peers, 'ipv6'),
		sequential: data.sequential,
		superSeeding: data.superSeeding,
		publish: data.publish || undefined,
		seedOnly: data.seedOnly || undefined,
		label: data.label,
		maxPeers: data.maxPeers,
		maxDownload: rounded(data.maxDownload),
		maxUpload: rounded(data.maxUpload),
		// bencode has no fractions.
		seedRatio: data.seedRatio === undefined ? undefined : String(data.seedRatio),
		seedTime: rounded(data.seedTime),
		goal: data.goal && JSON.stringify(data.goal, readable),
		idleTime: data.idleTime ? Math.round(data.idleTime) : undefined,
		goalWaived: data.goalWaived || undefined,
		heldWithAll: data.heldWithAll || undefined,
		renamed: data.renamed.map(renameItems),
		names: data.names === 'former' ? undefined : data.names,
		whenComplete: data.whenComplete && completeItems(data.whenComplete),
		otherPlace: data.otherPlace && placeItems(data.otherPlace),
		link: data.link,
		webSeeds: data.webSeeds?.length ? data.webSeeds : undefined,
		namedWebSeeds: data.namedWebSeeds?.length ? data.namedWebSeeds : undefined,
		removedWebSeeds: data.removedWebSeeds?.length ? data.removedWebSeeds : undefined,
		selection: data.selection && selectionItems(data.selection),
		choosing: data.choosing || undefined,
		owners: data.owners,
		hashes: data.hashes?.map(noteItems),
		partSize: data.partSize,
		[sumKey]: new Uint8Array(sumLength),
	};
	const bytes = Uint8Array.from(encodeBencode(whole));
	bytes.set(sumOf(bytes), bytes.length - tail - sumLength);
	return bytes;
}

/** Over everything, with zeros where it stands itself. */
function sumOf(bytes: Uint8Array): Uint8Array {
	// The `slice` of a Buffer is no copy.
	const copy = Uint8Array.from(bytes);
	copy.fill(0, bytes.length - tail - sumLength, bytes.length - tail);
	return hashFunctions.sha1(copy).subarray(0, sumLength);
}

/** A changed byte could be one of the folder's name, and data be looked for, and fetched again, elsewhere. */
function requireSum(bytes: Uint8Array, root: BencodeNode): void {
	const sum = root.get(sumKey)?.bytes();
	// Earlier versions wrote none.
	if (sum === undefined) return;
	if (sum.length !== sumLength || root.end !== bytes.length || !sameBytes(sum, sumOf(bytes)))
		throw broken('does not have its checksum');
}

/**
 * Reads what `encodeResumeData` wrote; as strict as with bytes of strangers, for disks forget things.
 *
 * @throws {LaterVersion} when a later version wrote it
 * @throws {ProtocolError} when it is not resume data
 */
export function decodeResumeData(bytes: Uint8Array): ResumeData {
	const root = decodeDictionary(bytes, 'the resume data');
	const found = natural(root, 'version');
	if (found > version) throw new LaterVersion(found);
	if (found !== version) throw broken(`is of version ${found}, this program knows ${version}`);
	requireSum(bytes, root);
	const id = asInfoHash(text(root, 'id'));
	if (id === undefined) throw broken('has no info-hash');
	const pieces = natural(root, 'pieces');
	const seedRatio = root.get('seedRatio') && Number(text(root, 'seedRatio'));
	if (seedRatio !== undefined && !(seedRatio >= 0)) throw broken('has a bad seedRatio');
	return {
		id,
		name: text(root, 'name'),
		dir: folder(text(root, 'dir')),
		addedAt: natural(root, 'addedAt'),
		completedAt: optional(root, 'completedAt'),
		active: natural(root, 'active') !== 0,
		queue: natural(root, 'queue'),
		have: Bitfield.fromWire(byteString(root, 'have'), pieces),
		...readCounted(root.get('counted'), pieces),
		partials: [...items(root, 'partials')].map(entry => readPartial(entry, pieces)),
		stamps: readStamps(byteString(root, 'stamps')),
		priorities: [...byteString(root, 'priorities')].map(priority => {
			if (priority > 4) throw broken('has a bad priority');
			return priority as FilePriority;
		}),
		piecePriorities: readPiecePriorities(root.get('piecePriorities'), pieces),
		downloaded: natural(root, 'downloaded'),
		uploaded: natural(root, 'uploaded'),
		wasted: natural(root, 'wasted'),
		activeTime: natural(root, 'activeTime'),
		seedingTime: natural(root, 'seedingTime'),
		trackers: [...items(root, 'trackers')].map(tier => texts(tier, 'trackers')),
		...(root.get('namedTrackers') && {namedTrackers: texts(root.get('namedTrackers')!, 'namedTrackers')}),
		peers: [
			...decodeCompactPeers(byteString(root, 'peers')),
			...decodeCompactPeers(byteString(root, 'peers6'), 'ipv6'),
		],
		sequential: natural(root, 'sequential') !== 0,
		superSeeding: natural(root, 'superSeeding') !== 0,
		...(isSet(root, 'publish') && {publish: true}),
		...(isSet(root, 'seedOnly') && {seedOnly: true}),
		label: root.get('label')?.text(),
		maxPeers: optional(root, 'maxPeers'),
		maxDownload: optional(root, 'maxDownload'),
		maxUpload: optional(root, 'maxUpload'),
		seedRatio,
		seedTime: optional(root, 'seedTime'),
		...readGoal(root.get('goal')?.text()),
		...(root.has('idleTime') && {idleTime: natural(root, 'idleTime')}),
		...(isSet(root, 'goalWaived') && {goalWaived: true}),
		...(isSet(root, 'heldWithAll') && {heldWithAll: true}),
		renamed: [...items(root, 'renamed')].map(readRename),
		...readNames(root.get('names')?.text()),
		...readWhenComplete(root.get('whenComplete')),
		otherPlace: root.get('otherPlace') && readPlace([...items(root, 'otherPlace')]),
		link: root.get('link')?.text(),
		...textsIn(root, 'webSeeds'),
		...textsIn(root, 'namedWebSeeds'),
		...textsIn(root, 'removedWebSeeds'),
		...readSelection(root.get('selection')),
		...(isSet(root, 'choosing') && {choosing: true}),
		...readOwners(root.get('owners')),
		...(root.has('hashes') && {hashes: [...items(root, 'hashes')].map(readNote)}),
		...(root.has('partSize') && {partSize: natural(root, 'partSize')}),
	};
}

/** A part of a goal that can be read again. */
function readable(_part: string, value: unknown): unknown {
	return typeof value === 'number' ? Math.max(0, Math.min(value, Number.MAX_SAFE_INTEGER)) : value;
}

/** A whole number that can be read again. */
function rounded(value: number | undefined): number | undefined {
	return value === undefined ? undefined : Math.min(Math.round(value), Number.MAX_SAFE_INTEGER);
}

function bitsOf(numbers: readonly number[]): Uint8Array {
	const most = numbers.reduce((max, number) => Math.max(max, number), -1);
	const bits = new Uint8Array(Math.ceil((most + 1) / 8));
	for (const number of numbers) bits[number >> 3]! |= 128 >> (number & 7);
	return bits;
}

function numbersOf(bits: Uint8Array): number[] {
	const numbers: number[] = [];
	for (let number = 0; number < bits.length * 8; number++) {
		if ((bits[number >> 3]! & (128 >> (number & 7))) !== 0) numbers.push(number);
	}
	return numbers;
}

function readPartial(entry: BencodeNode, pieces: number): {piece: number; blocks: number[]} {
	const [first, second] = entry.items();
	const piece = first?.number();
	const bits = second?.bytes();
	if (piece === undefined || piece < 0 || piece >= pieces || !bits) throw broken('has a bad partial piece');
	return {piece, blocks: numbersOf(bits)};
}

function readGoal(text: string | undefined): {goal?: SeedGoal} {
	if (text === undefined) return {};
	try {
		const goal: unknown = JSON.parse(text);
		if (isSeedGoal(goal)) return {goal};
	} catch {}
	throw broken('has a bad goal');
}

function readPiecePriorities(node: BencodeNode | undefined, pieces: number): Uint8Array | undefined {
	if (node === undefined) return undefined;
	const bytes = node.bytes();
	if (bytes?.length !== pieces || bytes.some(priority => priority > 4 && priority !== asFiles))
		throw broken('has bad piecePriorities');
	return bytes.slice();
}

function readOwners(node: BencodeNode | undefined): {owners?: Uint8Array} {
	if (node === undefined) return {};
	const bytes = node.bytes();
	if (bytes === undefined || bytes.some(byte => asFileOwner(byte) === undefined))
		throw broken('has bad owners');
	return {owners: bytes.slice()};
}

/** Size and time of each file as two 64-bit floats; not-a-number where there is no file. */
function stampBytes(stamps: ReadonlyArray<FileStamp | undefined>): Uint8Array {
	const bytes = new Uint8Array(stamps.length * stampLength);
	const view = new DataView(bytes.buffer);
	for (const [n, stamp] of stamps.entries()) {
		view.setFloat64(n * stampLength, stamp?.size ?? Number.NaN);
		view.setFloat64(n * stampLength + 8, stamp?.mtime ?? Number.NaN);
	}
	return bytes;
}

function readStamps(bytes: Uint8Array): Array<FileStamp | undefined> {
	if (bytes.length % stampLength !== 0) throw broken('has bad stamps');
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	return Array.from({length: bytes.length / stampLength}, (_, n) => {
		const size = view.getFloat64(n * stampLength);
		const mtime = view.getFloat64(n * stampLength + 8);
		return Number.isNaN(size) || Number.isNaN(mtime) ? undefined : {size, mtime};
	});
}

function readRename(entry: BencodeNode): readonly [number, readonly string[]] {
	const [first, second] = entry.items();
	const file = first?.number();
	if (file === undefined || file < 0 || second?.type !== 'list') throw broken('has a bad renamed file');
	const path = [...second.items()].map(entry => nameFromBytes(entry.bytes() ?? fail('renamed')));
	// Or a damaged byte could lead out of the download folder.
	const isSafe = path.every(element => !/^\.{0,2}$|[/\0]/.test(element));
	if (path.length === 0 || !isSafe) throw broken('has a bad renamed file');
	return [file, path];
}

/** Names as bytes: on a disk they need not be UTF-8. */
function renameItems([file, path]: readonly [number, readonly string[]]): Bencodable {
	return [file, path.map(nameToBytes)];
}

function completeItems({dir, names}: WhenComplete): Bencodable {
	return {dir, names: names?.map(([file, name]) => renameItems([file, [name]]))};
}

function readWhenComplete(node: BencodeNode | undefined): Pick<ResumeData, 'whenComplete'> {
	if (node === undefined) return {};
	if (node.type !== 'dictionary') throw broken('has a bad whenComplete');
	const names = node.has('names')
		? [...items(node, 'names')].map(readRename).map(([file, [name = '']]) => [file, name] as const)
		: undefined;
	return {whenComplete: {...(node.has('dir') && {dir: folder(text(node, 'dir'))}), ...(names && {names})}};
}

/** Versions that do not know the key wrote none, and had names of their own. */
function readNames(names: string | undefined): Pick<ResumeData, 'names'> {
	return names === 'found' || names === 'present' ? {names} : {};
}

function noteItems({root, hashes, range}: HashNote): Bencodable {
	if (range === undefined) return [root, hashes];
	return [root, hashes, range.base, range.index, range.length, range.proofLayers];
}

function readNote(entry: BencodeNode): HashNote {
	const [first, second, ...rest] = entry.items();
	const root = first?.bytes();
	const hashes = second?.bytes();
	if (root?.length !== 32 || hashes === undefined || hashes.length % 32 !== 0) throw broken('has bad hashes');
	if (rest.length === 0) return {root: root.slice(), hashes: hashes.slice()};
	const [base, index, length, proofLayers] = rest.map(each => each.number() ?? -1);
	if (base === undefined || index === undefined || length === undefined || proofLayers === undefined)
		throw broken('has bad hashes');
	return {root: root.slice(), hashes: hashes.slice(), range: {base, index, length, proofLayers}};
}

function placeItems({dir, renamed, files, goal}: OtherPlace): Bencodable {
	return [dir, renamed.map(renameItems), bitsOf(files), goal];
}

function readPlace([dir, renamed, files, goal]: readonly BencodeNode[]): OtherPlace {
	const path = dir?.text();
	const bits = files?.bytes();
	const forth = goal?.number();
	if (path === undefined || renamed?.type !== 'list' || bits === undefined || forth === undefined) {
		throw broken('has a bad otherPlace');
	}
	return {
		dir: folder(path),
		renamed: [...renamed.items()].map(readRename),
		files: numbersOf(bits),
		goal: forth !== 0,
	};
}

/** A rule that stands alone is not the same as a list of one: it may hold several. */
function selectionItems({select, priorities}: FileChoices): Bencodable {
	return {select, priorities: priorities?.map(([file, priority]) => [file, priority])};
}

function readSelection(node: BencodeNode | undefined): Pick<ResumeData, 'selection'> {
	if (node === undefined) return {};
	if (node.type !== 'dictionary') throw broken('has a bad selection');
	const rules = node.get('select');
	const select = rules?.type === 'list' ? texts(rules, 'selection') : rules && text(node, 'select');
	const priorities = node.has('priorities') ? [...items(node, 'priorities')].map(readChoice) : undefined;
	return {selection: {...(select !== undefined && {select}), ...(priorities && {priorities})}};
}

function readChoice(entry: BencodeNode): readonly [number, FilePriority] {
	const [file, priority] = [...entry.items()].map(each => each.number() ?? -1);
	if (file === undefined || priority === undefined || file < 0 || priority < 0 || priority > 4)
		throw broken('has a bad selection');
	return [file, priority as FilePriority];
}

function texts(list: BencodeNode, key: string): string[] {
	return [...list.items()].map(entry => entry.text() ?? fail(key));
}

/** The list under a key, where there is one. */
function textsIn<Key extends string>(root: BencodeNode, key: Key): {[Each in Key]?: string[]} {
	const list = root.get(key);
	return list === undefined ? {} : ({[key]: texts(list, key)} as {[Each in Key]?: string[]});
}

function text(root: BencodeNode, key: string): string {
	return root.get(key)?.text() ?? fail(key);
}

/** The path of a folder: one that no system takes would end whoever asks it for that. */
function folder(path: string): string {
	if (path.includes('\0')) throw broken('has a folder that cannot be');
	return path;
}

function byteString(root: BencodeNode, key: string): Uint8Array {
	return root.get(key)?.bytes() ?? fail(key);
}

function items(root: BencodeNode, key: string): Iterable<BencodeNode> {
	const list = root.get(key);
	return list?.type === 'list' ? list.items() : fail(key);
}

function natural(root: BencodeNode, key: string): number {
	const value = root.get(key)?.number();
	return value !== undefined && value >= 0 ? value : fail(key);
}

function optional(root: BencodeNode, key: string): number | undefined {
	return root.get(key) && natural(root, key);
}

function readCounted(node: BencodeNode | undefined, pieces: number): Pick<ResumeData, 'counted'> {
	if (node === undefined) return {};
	return {counted: Bitfield.fromWire(node.bytes() ?? fail('counted'), pieces)};
}

function isSet(root: BencodeNode, key: string): boolean {
	return root.get(key) !== undefined && natural(root, key) !== 0;
}

function fail(key: string): never {
	throw broken(`has no good ${key}`);
}

function broken(what: string): ProtocolError {
	return new ProtocolError('bad-resume-data', `the resume data ${what}`);
}
