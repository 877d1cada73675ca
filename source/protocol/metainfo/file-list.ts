import {ProtocolError} from '../../base/errors.js';
import type {Bytes} from '../../base/units.js';
import type {BencodeNode} from '../bencode/bencode.js';
import {type SettledName, settleNames} from './file-names.js';
import type {MetainfoFile} from './metainfo.js';
import {type NameRule, sanitizePathElement} from './sanitize-path.js';

/** A file of an info dictionary, its path sanitised but not yet settled among the others. */
export interface ListedFile {
	readonly path: readonly string[];
	readonly length: Bytes;
	readonly pad: boolean;
	readonly executable: boolean;
	readonly target: readonly string[] | undefined;
	readonly piecesRoot: Uint8Array | undefined;
}

const maximumLength = 2 ** 48 - 1;
const maximumDepth = 100;
const padName = '_____padding_file_';
const attributes = {executable: 0x78, link: 0x6c, pad: 0x70};

/** Whether a file of this name is padding, where attributes do not say so: how clients before BEP 47 made it. */
export function isPadName(name: string): boolean {
	return name.startsWith(padName);
}

/** `file 3` for errors: files are counted from 1 as people do. */
function label(index: number): string {
	return `file ${index + 1}`;
}

function readLength(node: BencodeNode | undefined, what: string): Bytes {
	const length = node?.integer();
	if (length === undefined) throw new ProtocolError('bad-length', `${what} has no length`, 3);
	if (typeof length === 'bigint' || length < 0 || length > maximumLength) {
		throw new ProtocolError('bad-length', `the length of ${what} is ${length}, which no file can have`, 3);
	}

	return length;
}

/** Reads paths one after the other; neighbours share most of their folders, so those are not decoded again. */
class PathReader {
	readonly #elements: BencodeNode[] = [];
	readonly #names: string[] = [];
	readonly #rule: NameRule;

	constructor(rule: NameRule) {
		this.#rule = rule;
	}

	/** The sanitised elements below `folder`. */
	read(node: BencodeNode, folder: string, what: string): string[] {
		const path = [folder];
		for (const element of node.items()) {
			const depth = path.length - 1;
			if (depth >= maximumDepth) {
				throw new ProtocolError('bad-path', `the path of ${what} has more than ${maximumDepth} folders`, 3);
			}

			if (!this.#elements[depth]?.equals(element)) {
				const bytes = element.bytes();
				if (!bytes) throw new ProtocolError('bad-path', `the path of ${what} is not a list of names`, 3);
				this.#elements[depth] = element;
				this.#names[depth] = this.#rule(bytes);
			}

			path.push(this.#names[depth]!);
		}

		return path;
	}
}

/** The target of a link, below the torrent's folder; `.`, `..` and empty elements say nothing there. BEP 47. */
function readTarget(entry: BencodeNode, folder: string, what: string): readonly string[] {
	const node = entry.get('symlink path');
	if (node?.type !== 'list') throw new ProtocolError('bad-link', `${what} is a link without a target`, 47);
	const target: string[] = [folder];
	for (const element of node.items()) {
		const bytes = element.bytes();
		if (!bytes) throw new ProtocolError('bad-link', `the target of ${what} is not a list of names`, 47);
		const isDots = bytes.length <= 2 && bytes.every(byte => byte === 0x2e);
		if (!isDots) target.push(sanitizePathElement(bytes));
		if (target.length > maximumDepth) {
			throw new ProtocolError('bad-link', `the target of ${what} has more than ${maximumDepth} folders`, 47);
		}
	}

	return target;
}

function readFile(entry: BencodeNode, path: string[], folder: string, what: string): ListedFile {
	const attr = entry.get('attr')?.bytes();
	const link = attr?.includes(attributes.link) ?? false;
	const pad = (attr?.includes(attributes.pad) ?? false) || (path.length > 0 && isPadName(path.at(-1)!));
	const target = link && !pad ? readTarget(entry, folder, what) : undefined;
	return {
		path,
		// A link has no data, whatever length it claims. BEP 47.
		length: target ? 0 : readLength(entry.get('length'), what),
		pad,
		executable: attr?.includes(attributes.executable) ?? false,
		target,
		piecesRoot: undefined,
	};
}

/**
 * The files of a v1 info dictionary (`length`, or `files`), in torrent order; undefined when it has neither. BEP 3, 47.
 *
 * @param name the sanitised name of the torrent
 * @param rule what makes elements of paths out of names
 * @throws {ProtocolError} naming the file that breaks a rule
 */
export function readFileList(
	info: BencodeNode,
	name: string,
	rule: NameRule = sanitizePathElement,
): ListedFile[] | undefined {
	const list = info.get('files');
	if (!list) {
		return info.has('length') ? [readFile(info, [name], name, 'the file')] : undefined;
	}

	if (list.type !== 'list') throw new ProtocolError('bad-files', 'the list of files is not a list', 3);
	const files: ListedFile[] = [];
	const paths = new PathReader(rule);
	for (const entry of list.items()) {
		const what = label(files.length);
		if (entry.type !== 'dictionary') throw new ProtocolError('bad-files', `${what} is not described`, 3);
		const pathNode = entry.get('path.utf-8') ?? entry.get('path');
		if (pathNode && pathNode.type !== 'list') {
			throw new ProtocolError('bad-path', `the path of ${what} is not a list of names`, 3);
		}

		const path = pathNode ? paths.read(pathNode, name, what) : [name];
		const file = readFile(entry, path, name, what);
		const named = path.length > 1;
		if (!named && !file.pad) throw new ProtocolError('bad-path', `${what} has no path`, 3);
		files.push(named ? file : {...file, path: [name, '.pad', String(file.length)]});
	}

	return files;
}

/**
 * The files of a v2 file tree in torrent order; undefined when there is none. BEP 52.
 *
 * @param name the sanitised name of the torrent; the only file, when it has that name, stands in no folder unless the
 * v1 half says so
 * @param rule what makes elements of paths out of names
 * @throws {ProtocolError} naming the file that breaks a rule
 */
export function readFileTree(
	info: BencodeNode,
	name: string,
	rule: NameRule = sanitizePathElement,
): ListedFile[] | undefined {
	const tree = info.get('file tree');
	if (!tree) return undefined;
	if (tree.type !== 'dictionary')
		throw new ProtocolError('bad-file-tree', 'the file tree is not a dictionary', 52);
	const files: ListedFile[] = [];
	const walk = (node: BencodeNode, path: readonly string[]): void => {
		for (const [key, child] of node.entries()) {
			const what = label(files.length);
			if (key.length === 0 || child.type !== 'dictionary') {
				throw new ProtocolError('bad-file-tree', `${what} of the file tree has no name`, 52);
			}

			const below = [...path, rule(key)];
			const leaf = child.get('');
			if (!leaf) {
				walk(child, below);
				continue;
			}

			if (child.size !== 1 || leaf.type !== 'dictionary') {
				throw new ProtocolError('bad-file-tree', `${what} of the file tree is both a file and a folder`, 52);
			}

			files.push(readLeaf(leaf, below, name, what));
		}
	};

	walk(tree, [name]);
	const [only] = files;
	// The torrent's own folder is left out again for a single file.
	if (files.length === 1 && only!.path.length === 2 && only!.path[1] === name)
		return [{...only!, path: [name]}];
	return files;
}

function readLeaf(leaf: BencodeNode, path: string[], folder: string, what: string): ListedFile {
	const file = readFile(leaf, path, folder, what);
	if (leaf.get('attr')?.bytes()?.includes(attributes.pad)) {
		throw new ProtocolError('bad-file-tree', `${what} of the file tree is a pad file`, 52);
	}

	if (file.length === 0) return {...file, pad: false};
	const piecesRoot = leaf.get('pieces root')?.bytes();
	if (piecesRoot?.length !== 32 || piecesRoot.every(byte => byte === 0)) {
		throw new ProtocolError('bad-pieces-root', `${what} has no pieces root`, 52);
	}

	return {...file, pad: false, piecesRoot};
}

/** The files with pad files between them, so that each begins with a piece: how v2 torrents lay files out. BEP 52. */
function padToPieces(files: readonly ListedFile[], name: string, pieceLength: Bytes): ListedFile[] {
	const padded: ListedFile[] = [];
	const last = files.findLastIndex(file => file.length > 0);
	for (const [index, file] of files.entries()) {
		padded.push(file);
		const past = file.length % pieceLength;
		if (past === 0 || index >= last) continue;
		const length = pieceLength - past;
		const path = [name, '.pad', String(length)];
		padded.push({path, length, pad: true, executable: false, target: undefined, piecesRoot: undefined});
	}

	return padded;
}

/**
 * A hybrid's files: the v1 list with the roots of the v2 tree. Both must tell of the same files in the same order, each
 * beginning with a piece. BEP 52.
 *
 * @throws {ProtocolError} when they do not agree
 */
function mergeHybrid(v1: readonly ListedFile[], v2: readonly ListedFile[], pieceLength: Bytes): ListedFile[] {
	let offset = 0;
	let next = 0;
	/** Where the next file begins when there were only v2. */
	let begin = 0;
	const merged = v1.map((file, index) => {
		const aligned = offset === begin || file.length === 0;
		offset += file.length;
		if (file.pad) return file;
		begin += Math.ceil(file.length / pieceLength) * pieceLength;
		const twin = v2[next++];
		const same =
			twin !== undefined &&
			twin.length === file.length &&
			twin.path.length === file.path.length &&
			twin.path.every((element, depth) => element === file.path[depth]) &&
			twin.target?.join('/') === file.target?.join('/');
		if (!same) {
			throw new ProtocolError('hybrid-mismatch', `the v1 and v2 halves do not agree on ${label(index)}`, 52);
		}

		if (!aligned) {
			throw new ProtocolError(
				'hybrid-mismatch',
				`${label(index)} does not begin with a piece as v2 wants it`,
				52,
			);
		}

		return {...file, piecesRoot: twin.piecesRoot};
	});
	if (next !== v2.length) {
		throw new ProtocolError('hybrid-mismatch', 'the v2 half has files that the v1 half has not', 52);
	}

	return merged;
}

/** The files of a torrent in the order of its pieces, pad files among them, from what its halves list. */
export function arrangeFiles(
	v1: ListedFile[] | undefined,
	v2: ListedFile[] | undefined,
	name: string,
	pieceLength: Bytes,
): readonly ListedFile[] {
	if (v1 && v2) return mergeHybrid(v1, v2, pieceLength);
	return v1 ?? padToPieces(v2!, name, pieceLength);
}

/** Settles the names and lays the files out one after the other. */
export function layOut(files: readonly ListedFile[]): {files: MetainfoFile[]; length: Bytes} {
	const names: SettledName[] = settleNames(files);
	let offset = 0;
	const laid = files.map((file, index): MetainfoFile => {
		const {path, symlink} = names[index]!;
		const {length, pad, executable, piecesRoot} = file;
		const at = offset;
		offset += length;
		return {path, length, offset: at, pad, executable, symlink, piecesRoot};
	});
	return {files: laid, length: offset};
}
