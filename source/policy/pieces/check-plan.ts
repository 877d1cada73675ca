import type {Bytes, Millis} from '../../base/units.js';
import {columnsOf, isPad, type StreamFiles} from '../../protocol/metainfo/file-columns.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import type {PieceGeometry} from './piece-geometry.js';

/** Size and time of a file; undefined where there is none. */
export type Stamp = {readonly size: Bytes; readonly mtime: Millis} | undefined;

/** What was known of the data when it was last in use. */
export interface Remembered {
	readonly have: Bitfield;
	/** One entry a file; empty when nothing was had. */
	readonly stamps: readonly Stamp[];
	/** One entry a file, 0 where it was not wanted; empty when all were. */
	readonly priorities: readonly number[];
}

/** What is believed of the data on disk, and what must be hashed to know. */
export interface CheckPlan {
	readonly trusted: Bitfield;
	/** In ascending order. */
	readonly check: Int32Array;
	/** Whether anything that was remembered did not hold. */
	readonly changed: boolean;
}

/** Times written by one file system and read by another may be rounded. */
const sameTime: Millis = 2;

/** Whether a file is as it was, as far as one can tell without reading it. */
export function isSameStamp(now: Stamp, before: Stamp): boolean {
	if (now === undefined || before === undefined) return now === before;
	return now.size === before.size && Math.abs(now.mtime - before.mtime) < sameTime;
}

/**
 * Whether a file is as we left it a moment ago, to the last digit of its time. Its file system may have settled that
 * since, to when we wrote to it: whoever wrote later gave it a later one.
 */
export function isAsLeft(
	now: Stamp,
	left: (Stamp & {readonly writtenUntil?: Millis | undefined}) | undefined,
): boolean {
	if (now === undefined || left === undefined) return now === left;
	if (now.size !== left.size) return false;
	if (left.writtenUntil === undefined) return now.mtime === left.mtime;
	return now.mtime >= left.mtime && now.mtime <= Math.max(left.mtime, left.writtenUntil);
}

/** What is had of a file that is not wanted lies in the part file, which has no stamp. */
function isInPartFile(file: number, stamps: readonly Stamp[], remembered: Remembered | undefined): boolean {
	return (
		stamps[file] === undefined && remembered?.stamps[file] === undefined && remembered?.priorities[file] === 0
	);
}

/** What was remembered, but for the pieces that need the part file, which is gone. */
export function withoutPartFile<Memory extends Remembered>(
	map: PieceGeometry,
	files: StreamFiles,
	stamps: readonly Stamp[],
	remembered: Memory,
): Memory {
	const have = new Bitfield(map.pieceCount);
	for (let piece = 0; piece < map.pieceCount; piece++) if (remembered.have.has(piece)) have.set(piece);
	const {offsets, lengths, flags} = columnsOf(files);
	for (let file = 0; file < lengths.length; file++) {
		if (isPad(flags[file]!) || lengths[file] === 0 || !isInPartFile(file, stamps, remembered)) continue;
		const [first, last] = map.span(offsets[file]!, lengths[file]!);
		for (let piece = first; piece <= last; piece++) have.clear(piece);
	}
	return {...remembered, have};
}

/**
 * Decides which pieces are taken as had and which are hashed. A file whose size and time are as remembered is trusted;
 * one that is there but differs is hashed, with its neighbours' ends; one that is gone has lost its pieces.
 * With mode `none` a file of the right size is believed, `full` hashes all that is there.
 */
export function planCheck(
	map: PieceGeometry,
	files: StreamFiles,
	stamps: readonly Stamp[],
	remembered: Remembered | undefined,
	mode: 'full' | 'quick' | 'none',
): CheckPlan {
	// 0 trusted, 1 to be hashed, 2 cannot be there
	const verdicts = new Uint8Array(map.pieceCount);
	let changed = false;
	const {offsets, lengths, flags} = columnsOf(files);
	// Of most torrents that begin nothing is there: pieces that cannot be are marked many at a time.
	let [goneFirst, goneLast] = [0, -1];
	for (let file = 0; file < lengths.length; file++) {
		if (isPad(flags[file]!) || lengths[file] === 0) continue;
		const now = stamps[file];
		const before = remembered?.stamps[file];
		const inPartFile = isInPartFile(file, stamps, remembered);
		let verdict = 1;
		if (mode === 'none') verdict = now?.size === lengths[file] ? 0 : 2;
		else if (mode === 'full') verdict = now !== undefined || inPartFile ? 1 : 2;
		else if (inPartFile) verdict = 0;
		else if (now === undefined || now.size === 0) verdict = 2;
		else if (isSameStamp(now, before)) verdict = 0;
		if (verdict === 0) continue;
		if (mode === 'quick' && before !== undefined) changed = true;
		const first = Math.floor(offsets[file]! / map.pieceLength);
		const last = Math.floor((offsets[file]! + lengths[file]! - 1) / map.pieceLength);
		// A missing file spoils its pieces even where a neighbour could be hashed.
		if (verdict === 2) {
			if (first > goneLast + 1) {
				verdicts.fill(2, goneFirst, goneLast + 1);
				goneFirst = first;
			}
			goneLast = last;
			continue;
		}
		for (let piece = first; piece <= last; piece++) if (verdicts[piece] === 0) verdicts[piece] = 1;
	}
	verdicts.fill(2, goneFirst, goneLast + 1);
	const trusted = new Bitfield(map.pieceCount);
	const check: number[] = [];
	if (!verdicts.includes(0) && !verdicts.includes(1)) return {trusted, check: new Int32Array(0), changed};
	for (let piece = 0; piece < map.pieceCount; piece++) {
		if (verdicts[piece] === 1) check.push(piece);
		else if (
			verdicts[piece] === 0 &&
			(remembered === undefined || mode !== 'quick' || remembered.have.has(piece))
		) {
			trusted.set(piece);
		}
	}
	return {trusted, check: Int32Array.from(check), changed};
}
