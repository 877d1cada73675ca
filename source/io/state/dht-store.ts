import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {ProtocolError} from '../../base/errors.js';
import type {AddressFamily} from '../../base/ip-address.js';
import {formatAddress} from '../../base/peer-address.js';
import type {Bytes, Millis} from '../../base/units.js';
import {type BencodeNode, decodeDictionary, encodeBencode} from '../../protocol/bencode/bencode.js';
import {decodeCompactNodes, encodeCompactNodes, type NodeContact} from '../../protocol/dht/compact-nodes.js';
import {nodeIdLength} from '../../protocol/dht/node-id.js';
import {failureOf} from '../disk/storage-failure.js';
import {readRegularFile} from '../files/regular-file.js';
import {replaceFile} from '../files/replace-file.js';
import {takeLock} from './process-lock.js';

/** What a node of the DHT takes along from one run to the next. */
export interface SavedNode {
	/** 20 bytes; undefined when nobody goes by one that is kept. */
	readonly id?: Uint8Array | undefined;
	/** Others that answered lately, the latest first. */
	readonly nodes: readonly NodeContact[];
}

export type SavedNodes = Readonly<Partial<Record<AddressFamily, SavedNode>>>;

const ceiling: Bytes = 64 << 10;
const mostNodes = 300;
/** Where fewer were met this time some of the earlier ones are kept: not more than a first look-up asks. */
const enoughNodes = 64;
const version = 1;
/** Somebody else is writing: that is over soon. */
const lockTries = 40;
const lockGap: Millis = 25;

/**
 * The nodes of the DHT that were known, in the file `dht` of a state folder. All programs of a user share it: the engine,
 * whose id is kept in it, and guests, which take nodes from it and leave it theirs, but go by ids of their own, for no two
 * nodes may have the same. Nothing depends on it: what cannot be read is begun anew, and that nothing can be written is
 * said once.
 */
export class DhtStore {
	readonly #folder: string;
	readonly #path: string;
	readonly #isGuest: boolean;
	readonly #say: (text: string) => void;
	#saidFailure = false;

	/** @param stateDir absolute */
	constructor(stateDir: string, isGuest: boolean, say: (text: string) => void) {
		this.#folder = stateDir;
		this.#path = join(stateDir, 'dht');
		this.#isGuest = isGuest;
		this.#say = say;
	}

	/** What was saved last; nothing when there is none, or none that can be read. A guest gets no id. */
	async load(): Promise<SavedNodes> {
		try {
			const {ipv4, ipv6} = await this.#read();
			if (!this.#isGuest) return {ipv4, ipv6};
			return {ipv4: ipv4 && {nodes: ipv4.nodes}, ipv6: ipv6 && {nodes: ipv6.nodes}};
		} catch (error) {
			const {code, message} = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' && code !== 'ENOTDIR')
				this.#say(`nodes of the DHT known earlier are forgotten: ${message}`);
			return {};
		}
	}

	/** Keeps these nodes, before those that were kept already; of a family that is left out all of those stay. */
	async save(saved: SavedNodes): Promise<void> {
		try {
			const lock = await this.#lock();
			// Whoever has written for a whole second will have come to it.
			if (lock === undefined) return;
			try {
				const before = await this.#read().catch((): SavedNodes => ({}));
				const part = (family: AddressFamily) => this.#encode(saved[family], before[family], family);
				await replaceFile(this.#path, encodeBencode({ipv4: part('ipv4'), ipv6: part('ipv6'), version}));
			} finally {
				lock.release();
			}
		} catch (error) {
			if (!this.#saidFailure)
				this.#say(`nodes of the DHT are not kept: ${failureOf(error, this.#path).message}`);
			this.#saidFailure = true;
		}
	}

	#encode(saved: SavedNode | undefined, before: SavedNode | undefined, family: AddressFamily) {
		if (saved === undefined && before === undefined) return undefined;
		const id = this.#isGuest ? before?.id : (saved?.id ?? before?.id);
		const nodes = merged(saved?.nodes ?? [], before?.nodes ?? []);
		return {...(id && {id}), nodes: encodeCompactNodes(nodes, family)};
	}

	/** Two that write at once would each undo what the other did. */
	async #lock(): Promise<{release(): void} | undefined> {
		for (let tries = 0; tries < lockTries; tries++) {
			const lock = takeLock(this.#folder, 'dht');
			if (!('pid' in lock)) return lock;
			await delay(lockGap);
		}
		return undefined;
	}

	async #read(): Promise<SavedNodes> {
		const root = decodeDictionary(await readRegularFile(this.#path, ceiling), 'the DHT file', {tokens: 64});
		if (root.get('version')?.number() !== version) throw new ProtocolError('bad-version', 'another version');
		return {ipv4: read(root, 'ipv4'), ipv6: read(root, 'ipv6')};
	}
}

function read(root: BencodeNode, family: AddressFamily): SavedNode | undefined {
	const part = root.get(family);
	const id = part?.get('id')?.bytes();
	const nodes = part?.get('nodes')?.bytes();
	if (nodes === undefined) return undefined;
	const known = decodeCompactNodes(nodes, family, mostNodes);
	return {...(id?.length === nodeIdLength && {id: id.slice()}), nodes: known};
}

function merged(nodes: readonly NodeContact[], before: readonly NodeContact[]): readonly NodeContact[] {
	const met = new Set(nodes.map(formatAddress));
	const earlier = before.filter(node => !met.has(formatAddress(node)));
	return [...nodes, ...earlier].slice(0, Math.max(Math.min(nodes.length, mostNodes), enoughNodes));
}
