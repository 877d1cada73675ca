import {Worker} from 'node:worker_threads';
import {ProtocolError} from '../../base/errors.js';
import type {Bytes, Millis} from '../../base/units.js';
import {FileTable, withFiles} from '../../protocol/metainfo/file-table.js';
import type {Metainfo, MetainfoFile} from '../../protocol/metainfo/metainfo.js';
import {parseMetainfo} from '../../protocol/metainfo/metainfo-reader.js';
import {hashFunctions} from '../machine/hash-functions.js';
import {nextTurn} from '../machine/next-turn.js';
import type {FromReader, SentFile, SentHead, Span, ToReader} from './messages.js';
import {alreadyRead} from './read-metainfo.js';

/** What is smaller is read in less time than it takes to hand it to a thread, some milliseconds at the most. */
const small: Bytes = 64 * 1024;
/** Somebody has made it to cost: the largest honest ones take 2 s, and some more on a busy machine. */
const longest: Millis = 60_000;
/** A thread that has nothing to do for so long only takes up memory. */
const rest: Millis = 5000;
/** In MiB: 3 million values and their names; the engine's own memory is another. */
const memory = 1024;

/**
 * Reads a .torrent as `parseMetainfo` does, in a thread of its own when it is large: however it was made, whoever else
 * needs this one is not kept waiting. What this process has read already is not read again. Rejects with a
 * `ProtocolError`.
 */
export async function readMetainfoAside(bytes: Uint8Array): Promise<Metainfo> {
	const known = alreadyRead(bytes);
	if (known !== undefined) return known;
	if (bytes.length <= small) return parseMetainfo(bytes, hashFunctions);
	// One after the other: several at once would only take each other's memory.
	const turn = last.then(() => thread.read(bytes));
	last = turn.then(
		() => {},
		() => {},
	);
	return turn;
}

class MetainfoThread {
	#worker: Worker | undefined;
	#idle: NodeJS.Timeout | undefined;

	async read(bytes: Uint8Array): Promise<Metainfo> {
		clearTimeout(this.#idle);
		this.#worker ??= this.#start();
		const worker = this.#worker;
		worker.ref();
		const late = setTimeout(() => void worker.terminate(), longest);
		try {
			// A copy goes over: the caller's bytes are the caller's.
			const copy = Uint8Array.from(bytes);
			this.#tell(worker, {type: 'read', bytes: copy}, [copy.buffer]);
			const first = await this.#answer(worker);
			if (first.type === 'fault') throw new ProtocolError(first.code, first.message, first.bep);
			if (first.type !== 'head') throw new TypeError('the reader answers out of turn');
			const files: MetainfoFile[] = [];
			while (files.length < first.files) {
				this.#tell(worker, {type: 'more'});
				const answer = await this.#answer(worker);
				if (answer.type !== 'files') throw new TypeError('the reader answers out of turn');
				for (const file of answer.files) files.push(unpackFile(file, bytes));
				// What has come meanwhile goes first.
				await nextTurn();
			}
			const table = first.columns === undefined ? FileTable.of(files) : FileTable.read(first.columns);
			return unpack(first.head, table, bytes);
		} finally {
			clearTimeout(late);
			worker.unref();
			if (this.#worker === worker) this.#idle = setTimeout(() => this.#end(), rest).unref();
		}
	}

	#start(): Worker {
		const typescript = import.meta.url.endsWith('.ts');
		const worker = new Worker(new URL(typescript ? './worker.ts' : './metainfo-worker.js', import.meta.url), {
			name: 'metainfo',
			resourceLimits: {maxOldGenerationSizeMb: memory},
			...(typescript && {execArgv: ['--import=tsx']}),
		});
		worker.once('exit', () => {
			if (this.#worker === worker) this.#worker = undefined;
		});
		// Whoever waits for an answer hears of it.
		worker.on('error', () => {});
		return worker;
	}

	#tell(worker: Worker, message: ToReader, transfer: ArrayBuffer[] = []): void {
		worker.postMessage(message, transfer);
	}

	#answer(worker: Worker): Promise<FromReader> {
		return new Promise((resolve, reject) => {
			const over = (): void => {
				worker.off('message', heard).off('error', failed).off('exit', ended);
			};
			const heard = (message: FromReader): void => {
				over();
				resolve(message);
			};
			const failed = (error: unknown): void => {
				over();
				const {code} = error as NodeJS.ErrnoException;
				reject(code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooCostly('memory') : (error as Error));
			};
			const ended = (): void => {
				over();
				reject(tooCostly('time'));
			};
			worker.once('message', heard).once('error', failed).once('exit', ended);
		});
	}

	#end(): void {
		void this.#worker?.terminate();
		this.#worker = undefined;
	}
}

const thread = new MetainfoThread();
let last: Promise<void> = Promise.resolve();

function tooCostly(what: string): ProtocolError {
	return new ProtocolError('too-costly', `to read it takes more ${what} than any torrent should`);
}

function unpack(head: SentHead, table: FileTable, bytes: Uint8Array): Metainfo {
	const {info, pieceHashes, pieceLayers, ...others} = head;
	const torrent = {
		...others,
		info: viewOf(bytes, info),
		pieceHashes: pieceHashes && viewOf(bytes, pieceHashes),
		pieceLayers: pieceLayers && new Map(pieceLayers.map(([root, layer]) => [root, viewOf(bytes, layer)])),
	};
	return withFiles(torrent, table);
}

function unpackFile({root, ...file}: SentFile, bytes: Uint8Array): MetainfoFile {
	return {...file, piecesRoot: root && viewOf(bytes, root)};
}

function viewOf(bytes: Uint8Array, [start, length]: Span): Uint8Array {
	return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
}
