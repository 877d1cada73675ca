import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {ProtocolError} from '../../base/errors.js';
import type {Bytes} from '../../base/units.js';
import {type BencodeNode, decodeDictionary, encodeBencode} from '../../protocol/bencode/bencode.js';
import {decodeCompactNodes, encodeCompactNodes, type NodeContact} from '../../protocol/dht/compact-nodes.js';
import {nodeIdLength} from '../../protocol/dht/node-id.js';
import type {AddressFamily} from '../../protocol/tracker/compact-peers.js';
import {failureOf} from '../disk/storage-failure.js';
import {readRegularFile} from '../files/regular-file.js';
import {replaceFile} from '../files/replace-file.js';

/** What a node of the DHT takes along from one run to the next. */
export interface SavedNode {
	/** 20 bytes. */
	readonly id: Uint8Array;
	/** Others that answered lately. */
	readonly nodes: readonly NodeContact[];
}

export type SavedNodes = Readonly<Partial<Record<AddressFamily, SavedNode>>>;

const ceiling: Bytes = 64 << 10;
const mostNodes = 300;
const version = 1;

/**
 * The nodes of the DHT that were known, in the file `dht` of the state folder. Nothing depends on it: what cannot be read
 * is begun anew, and that nothing can be written is said once.
 */
export class DhtStore {
	readonly #path: string;
	readonly #say: (text: string) => void;
	#saidFailure = false;

	/** @param stateDir absolute */
	constructor(stateDir: string, say: (text: string) => void) {
		this.#path = join(stateDir, 'dht');
		this.#say = say;
	}

	/** What was saved last; nothing when there is none, or none that can be read. */
	async load(): Promise<SavedNodes> {
		try {
			await rm(`${this.#path}.tmp`, {force: true}).catch(() => {});
			const root = decodeDictionary(await readRegularFile(this.#path, ceiling), 'the DHT file', {tokens: 64});
			if (root.get('version')?.number() !== version)
				throw new ProtocolError('bad-version', 'another version');
			const [ipv4, ipv6] = [read(root, 'ipv4'), read(root, 'ipv6')];
			return {...(ipv4 && {ipv4}), ...(ipv6 && {ipv6})};
		} catch (error) {
			const {code, message} = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' && code !== 'ENOTDIR')
				this.#say(`nodes of the DHT known earlier are forgotten: ${message}`);
			return {};
		}
	}

	async save(saved: SavedNodes): Promise<void> {
		const part = (family: AddressFamily) =>
			saved[family] && {id: saved[family].id, nodes: encodeCompactNodes(saved[family].nodes, family)};
		try {
			await replaceFile(this.#path, encodeBencode({ipv4: part('ipv4'), ipv6: part('ipv6'), version}));
		} catch (error) {
			if (!this.#saidFailure)
				this.#say(`nodes of the DHT are not kept: ${failureOf(error, this.#path).message}`);
			this.#saidFailure = true;
		}
	}
}

function read(root: BencodeNode, family: AddressFamily): SavedNode | undefined {
	const part = root.get(family);
	const id = part?.get('id')?.bytes();
	const nodes = part?.get('nodes')?.bytes();
	if (id?.length !== nodeIdLength || nodes === undefined) return undefined;
	return {id: id.slice(), nodes: decodeCompactNodes(nodes, family, mostNodes)};
}
