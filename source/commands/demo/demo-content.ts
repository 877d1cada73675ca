import {hash} from 'node:crypto';
import {setImmediate as turn} from 'node:timers/promises';
import type {Bytes} from '../../base/units.js';
import {choosePieceLength} from '../../creator/create-torrent.js';
import {encodeBencode} from '../../protocol/bencode/bencode.js';
import {coastRecordings, type DemoFile, type DemoFolder} from './demo-recordings.js';

/** A file in the stream of pieces. */
interface Extent {
	readonly path: readonly string[];
	readonly offset: Bytes;
	readonly length: Bytes;
	/** What it begins with; all of it when it is a text. */
	readonly head: Uint8Array;
	/** Where in the noise it goes on, in bytes; even. */
	readonly noiseAt: Bytes;
}

/** A prime number of samples: pieces that begin at different places of the loop are different. */
const noiseSamples = 524_287;
const noiseLength = noiseSamples * 2;
const sampleRate = 22_050;
const wavHeader = 44;
/** So much is hashed before others have their turn. */
const hashStretch: Bytes = 16_777_216;

/** Noise that swells like waves on a beach, as 16-bit samples. The same every time. */
function makeNoise(): Uint8Array {
	const bytes = new Uint8Array(noiseLength);
	const view = new DataView(bytes.buffer);
	let state = 0x9e37_79b9;
	let low = 0;
	for (let sample = 0; sample < noiseSamples; sample++) {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		const white = state / 2 ** 31;
		low += (white - low) / 12;
		const swell = Math.sin((Math.PI * 3 * sample) / noiseSamples) ** 2;
		view.setInt16(sample * 2, (low * 0.8 + white * 0.05) * (3000 + 26_000 * swell), true);
	}
	return bytes;
}

let made: Uint8Array | undefined;

/** The noise, made when it is needed, once for all. */
function noise(): Uint8Array {
	made ??= makeNoise();
	return made;
}

/** The header of a recording that is `length` bytes long with it: PCM, 16 bits, one channel. */
function waveHeader(length: Bytes): Uint8Array {
	const bytes = new Uint8Array(wavHeader);
	const view = new DataView(bytes.buffer);
	const name = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
	name(0, 'RIFF');
	view.setUint32(4, length - 8, true);
	name(8, 'WAVEfmt ');
	view.setUint32(16, 16, true);
	view.setUint16(20, 1, true);
	view.setUint16(22, 1, true);
	view.setUint32(24, sampleRate, true);
	view.setUint32(28, sampleRate * 2, true);
	view.setUint16(32, 2, true);
	view.setUint16(34, 16, true);
	name(36, 'data');
	view.setUint32(40, length - wavHeader, true);
	return bytes;
}

function layOut(total: Bytes, demoFiles: readonly DemoFile[]): Extent[] {
	const texts = demoFiles.map(file => ('text' in file ? new TextEncoder().encode(file.text) : undefined));
	const lengths = demoFiles.map((file, index) => ('length' in file ? file.length : texts[index]?.length));
	const shares = demoFiles.reduce((sum, file) => sum + ('share' in file ? file.share : 0), 0);
	const room = total - lengths.reduce<number>((sum, length) => sum + (length ?? 0), 0);
	let offset = 0;
	return demoFiles.map((file, index) => {
		const share = 'share' in file ? Math.floor((room * file.share) / shares / 2) * 2 : 0;
		const length = lengths[index] ?? Math.max(wavHeader + 2, share);
		const extent = {
			path: file.path,
			offset,
			length,
			head: texts[index] ?? waveHeader(length),
			noiseAt: ((index * 7919) % noiseSamples) * 2,
		};
		offset += length;
		return extent;
	});
}

/** What the demo shares: a folder of files that exists nowhere, any part of which can be computed at any time. */
export class DemoContent {
	readonly length: Bytes;
	readonly pieceLength: Bytes;
	readonly pieceCount: number;
	readonly #name: string;
	readonly #extents: readonly Extent[];

	/** @param total about how long all files are together: what recordings share after the others */
	constructor(total: Bytes, {name, files}: DemoFolder = coastRecordings) {
		this.#name = name;
		this.#extents = layOut(total, files);
		this.length = this.#extents.reduce((sum, {length}) => sum + length, 0);
		this.pieceLength = choosePieceLength(this.length);
		this.pieceCount = Math.ceil(this.length / this.pieceLength);
	}

	/** Fills `into` with what stands at `position` in the stream of pieces; both ends are inside of it. */
	read(position: Bytes, into: Uint8Array): void {
		const end = position + into.length;
		for (const extent of this.#extents) {
			if (extent.offset >= end) break;
			const from = Math.max(position, extent.offset);
			const to = Math.min(end, extent.offset + extent.length);
			if (from < to)
				this.#readFile(extent, from - extent.offset, into.subarray(from - position, to - position));
		}
	}

	#readFile({head, noiseAt}: Extent, start: Bytes, into: Uint8Array): void {
		let filled = 0;
		if (start < head.length) {
			const part = head.subarray(start, start + into.length);
			into.set(part);
			filled = part.length;
		}
		while (filled < into.length) {
			const at = (noiseAt + start + filled - head.length) % noiseLength;
			const part = noise().subarray(at, at + into.length - filled);
			into.set(part, filled);
			filled += part.length;
		}
	}

	/**
	 * The .torrent: v1, its tiers of trackers in the order given. Hashes everything, in this thread, 16 MiB at a turn.
	 * Rejects with the signal's reason when it is aborted meanwhile.
	 */
	async metainfo(trackers: readonly string[], createdBy: string, signal?: AbortSignal): Promise<Uint8Array> {
		const hashes = new Uint8Array(this.pieceCount * 20);
		const piece = new Uint8Array(this.pieceLength);
		const piecesAtOnce = Math.max(1, hashStretch / this.pieceLength);
		for (let index = 0; index < this.pieceCount; index++) {
			if (index % piecesAtOnce === 0) {
				await turn();
				signal?.throwIfAborted();
			}
			const start = index * this.pieceLength;
			const view = piece.subarray(0, Math.min(this.pieceLength, this.length - start));
			this.read(start, view);
			hashes.set(hash('sha1', view, 'buffer'), index * 20);
		}
		return encodeBencode({
			announce: trackers[0],
			'announce-list': trackers.map(url => [url]),
			comment: 'made up by tortui demo',
			'created by': createdBy,
			info: {
				files: this.#extents.map(({length, path}) => ({length, path})),
				name: this.#name,
				'piece length': this.pieceLength,
				pieces: hashes,
			},
		});
	}
}
