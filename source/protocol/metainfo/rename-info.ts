import {type Bencodable, type BencodeNode, decodeDictionary, encodeBencode} from '../bencode/bencode.js';
import {nameToBytes} from './name-bytes.js';

/**
 * The .torrent of the same data under another name: what the pieces hold says nothing of the name of the file or the
 * folder they are in. Undefined when it cannot be said so. BEP 3, 52.
 *
 * @param bytes of a .torrent
 * @throws {ProtocolError} when they are none
 */
export function renameTorrent(bytes: Uint8Array, name: string): Uint8Array | undefined {
	const root = decodeDictionary(bytes, 'the .torrent');
	const info = root.get('info');
	const before = info?.get('name')?.bytes();
	if (info === undefined || before === undefined) return undefined;
	const to = nameToBytes(name);
	const isSingle = info.get('files') === undefined;
	const changed = new Map<string, (node: BencodeNode) => Bencodable>([
		['name', () => to],
		['name.utf-8', () => to],
		// A single file is the tree's only one, under the torrent's name; of a folder the tree holds what is below it.
		['file tree', tree => (isSingle && isOnly(tree, before) ? withKey(tree, to) : asBencodable(tree))],
	]);
	return encodeBencode(withValues(root, new Map([['info', node => withValues(node, changed)]])));
}

/** Whether a tree is of one file of this name. */
function isOnly(tree: BencodeNode, name: Uint8Array): boolean {
	const [first, second] = [...tree.entries()];
	if (first === undefined || second !== undefined) return false;
	const [key, value] = first;
	return key.length === name.length && key.every((byte, at) => byte === name[at]) && value.has('');
}

function withKey(tree: BencodeNode, key: Uint8Array): Bencodable {
	const [first] = [...tree.entries()];
	return new Map([[key, asBencodable(first![1])]]);
}

function withValues(
	node: BencodeNode,
	changed: ReadonlyMap<string, (node: BencodeNode) => Bencodable>,
): ReadonlyMap<Uint8Array | string, Bencodable> {
	const entries = new Map<Uint8Array | string, Bencodable>();
	for (const [key, value] of node.entries()) {
		const change = changed.get(String.fromCharCode(...key.subarray(0, 40)));
		entries.set(key, change === undefined ? asBencodable(value) : change(value));
	}
	return entries;
}

function asBencodable(node: BencodeNode): Bencodable {
	switch (node.type) {
		case 'bytes':
			return node.bytes()!;
		case 'integer':
			// Of our own making: none is beyond what a number holds.
			return node.number() ?? 0;
		case 'list':
			return [...node.items()].map(asBencodable);
		case 'dictionary':
			return withValues(node, new Map());
	}
}
