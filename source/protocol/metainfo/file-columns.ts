import type {Bytes} from '../../base/units.js';

/** In `FileColumns.flags`: padding, which is no file (BEP 47), and what may be run. */
export const padFlag = 1;
export const executableFlag = 2;

/** The files of a torrent as far as its stream goes, in stream order: a number for each in every column. */
export interface FileColumns {
	/** Where files begin in the stream of pieces. */
	readonly offsets: Float64Array;
	readonly lengths: Float64Array;
	readonly flags: Uint8Array;
}

/** A file as far as the stream goes: where it begins and how long it is. Pad files (BEP 47) have no bytes anywhere. */
export interface StreamFile {
	readonly offset: Bytes;
	readonly length: Bytes;
	readonly pad: boolean;
}

/** Some files of a stream, one by one or as columns. */
export type StreamFiles = FileColumns | ReadonlyArray<StreamFile & {readonly executable?: boolean}>;

/** Whether these flags of a file say that it is padding. */
export function isPad(flags: number): boolean {
	return (flags & padFlag) !== 0;
}

/** Whether a number is that of a file which may be chosen: any other, and that of padding, is not. */
export function isFile({flags}: Pick<FileColumns, 'flags'>, file: number): boolean {
	const its = flags[file];
	return its !== undefined && !isPad(its);
}

/** Whether any of these flags is of padding. */
export function hasPads(flags: Uint8Array): boolean {
	return flags.includes(padFlag) || flags.includes(padFlag | executableFlag);
}

/** Files as columns: those that are so already are not copied. */
export function columnsOf(files: StreamFiles): FileColumns {
	if ('offsets' in files) return files;
	const count = files.length;
	const columns = {
		offsets: new Float64Array(count),
		lengths: new Float64Array(count),
		flags: new Uint8Array(count),
	};
	for (let file = 0; file < count; file++) {
		const {offset, length, pad, executable} = files[file]!;
		columns.offsets[file] = offset;
		columns.lengths[file] = length;
		columns.flags[file] = (pad ? padFlag : 0) | (executable ? executableFlag : 0);
	}
	return columns;
}
