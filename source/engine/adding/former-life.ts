import type {AddOptions} from '../../api/command.js';
import type {KnownTorrent} from '../../api/known-torrent.js';
import type {FilePriority} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import type {StreamPart} from '../../io/disk/keep-parts.js';
import {requireAbsolute} from '../../io/files/paths.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import {geometryOf, type PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import {fileOwner} from '../../policy/session/file-ownership.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';

/** What another program knew of a torrent, in the terms of resume data; and what it had of files that are not wanted. */
export interface FormerLife {
	readonly memory: Partial<ResumeData>;
	readonly parts: readonly StreamPart[];
}

/**
 * Reads what another program knew of a torrent. Nothing of it is believed but what fits the torrent, and of its data
 * nothing before the files have been looked at.
 *
 * @throws {UserError} `bad-known` for what cannot be of this torrent
 */
export function readFormerLife(
	known: KnownTorrent,
	{priorities: chosen = []}: AddOptions,
	metainfo: Metainfo,
): FormerLife {
	const {files} = metainfo;
	const map = geometryOf(metainfo);
	const have = readHave(known.have, map);
	const priorities = readPriorities(chosen, files.length);
	const stamps = known.stamps ?? [];
	if (stamps.length !== 0 && stamps.length !== files.length)
		throw bad(`says of ${stamps.length} files how they were, and has ${files.length}`);
	const {dir, names = []} = known.whenComplete ?? {};
	if (dir !== undefined) requireAbsolute(dir);
	for (const [file, name] of names) requireFile(metainfo, file, [name]);
	const {addedAt, completedAt, downloaded, uploaded, activeTime, seedingTime, superSeeding} = known;
	return {
		memory: {
			have,
			partials: (known.partials ?? []).map(([piece, blocks]) => readPartial(piece, blocks, map)),
			stamps: files.map((_, file) => {
				const stamp = stamps[file];
				return stamp == null ? undefined : {size: stamp[0], mtime: stamp[1]};
			}),
			priorities,
			owners: readOwners(stamps, have, metainfo, map),
			renamed: readRenamed(known.renamed ?? [], metainfo),
			...(known.whenComplete && {whenComplete: known.whenComplete}),
			...(addedAt !== undefined && {addedAt}),
			...(completedAt !== undefined && {completedAt}),
			...(downloaded !== undefined && {downloaded: Math.round(downloaded)}),
			...(uploaded !== undefined && {uploaded: Math.round(uploaded)}),
			...(activeTime !== undefined && {activeTime}),
			...(seedingTime !== undefined && {seedingTime}),
			...(superSeeding !== undefined && {superSeeding}),
		},
		parts: (known.parts ?? []).map(([position, bytes]) => readPart(position, bytes, priorities, metainfo)),
	};
}

function readHave(text: string | undefined, {pieceCount}: PieceGeometry): Bitfield {
	if (text === undefined) return new Bitfield(pieceCount);
	const bytes = Buffer.from(text, 'base64');
	if (bytes.length !== Math.ceil(pieceCount / 8))
		throw bad(`has ${pieceCount} pieces, which are no ${bytes.length} bytes of bits`);
	const have = new Bitfield(pieceCount);
	for (let piece = 0; piece < pieceCount; piece++)
		if ((bytes[piece >> 3]! & (128 >> (piece & 7))) !== 0) have.set(piece);
	return have;
}

function readPriorities(chosen: NonNullable<AddOptions['priorities']>, files: number): FilePriority[] {
	if (chosen.length === 0) return [];
	const priorities = new Array<FilePriority>(files).fill(2);
	for (const [file, priority] of chosen) {
		if (file >= files) throw bad(`has no file ${file}`);
		priorities[file] = priority;
	}
	return priorities;
}

function readPartial(piece: number, text: string, map: PieceGeometry): ResumeData['partials'][number] {
	if (!map.isPiece(piece)) throw bad(`has no piece ${piece}`);
	const bits = Buffer.from(text, 'base64');
	const blocks: number[] = [];
	for (let block = 0; block < Math.min(map.blockCount(piece), bits.length * 8); block++)
		if ((bits[block >> 3]! & (128 >> (block & 7))) !== 0) blocks.push(block);
	return {piece, blocks};
}

/** Who wrote to the files was there for this torrent: what it says was there is the torrent's, though not made by us. */
function readOwners(
	stamps: NonNullable<KnownTorrent['stamps']>,
	have: Bitfield,
	{files}: Metainfo,
	map: PieceGeometry,
): Uint8Array {
	return Uint8Array.from(files, ({offset, length, pad}, file) => {
		if (pad) return fileOwner.absent;
		if (stamps[file] != null) return fileOwner.found;
		const [first, last] = map.span(offset, length);
		for (let piece = first; piece <= last; piece++) {
			const start = map.pieceStart(piece);
			// A piece that reaches into it may have its bytes elsewhere.
			const isInside = start >= offset && start + map.pieceSize(piece) <= offset + length;
			if (isInside && have.has(piece)) return fileOwner.found;
		}
		return fileOwner.absent;
	});
}

function requireFile({files}: Metainfo, file: number, path: readonly string[]): void {
	const entry = files[file];
	if (entry === undefined || entry.pad) throw bad(`has no file ${file}`);
	if (path.length === 0 || path.some(element => /^\.{0,2}$|[/\0]/.test(element)))
		throw bad(`has no file called ${JSON.stringify(path.join('/'))}`);
}

function readRenamed(
	renamed: NonNullable<KnownTorrent['renamed']>,
	metainfo: Metainfo,
): Array<readonly [file: number, path: readonly string[]]> {
	for (const [file, path] of renamed) requireFile(metainfo, file, path);
	const paths = new Map(renamed);
	const seen = new Set<string>();
	for (const [file, {path, pad}] of metainfo.files.entries()) {
		if (pad) continue;
		const now = (paths.get(file) ?? path).join('/');
		if (seen.has(now)) throw bad(`has two files called ${JSON.stringify(now)}`);
		seen.add(now);
	}
	return [...paths];
}

/** The part file is for files that are not wanted alone. */
function readPart(
	position: number,
	text: string,
	priorities: readonly FilePriority[],
	{files}: Metainfo,
): StreamPart {
	const bytes = Buffer.from(text, 'base64');
	const end = position + bytes.length;
	const isOfOne = files.some(
		({offset, length, pad}, file) =>
			!pad && priorities[file] === 0 && position >= offset && end <= offset + length,
	);
	if (!isOfOne) throw bad(`has no unwanted file at ${position}`);
	return {position, bytes};
}

function bad(what: string): UserError {
	return new UserError('bad-known', `what another program knew is of another torrent: this one ${what}`);
}
