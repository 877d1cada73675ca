import {ProtocolError} from '../../base/errors.js';

/** What a visitor may do: everything, or only look. */
export type Rights = 'all' | 'look';

/** How the door tells those who draw the screens what a visitor may do, who has come in there. */
export const rightsHeader = 'x-tortui-rights';

/** Cells of the largest and smallest window that a screen is drawn for. */
const mostColumns = 500;
const mostRows = 200;
/** The longest text that is typed or pasted at once. */
export const longestKeys = 262_144;
/** Bytes of the largest .torrent that is dropped on a page, and how many are dropped at a time. */
export const largestDrop = 16_777_216;
const mostDrops = 100;
const longestName = 1024;

/** What the page tells, as JSON in a text message. Bytes of dropped files are binary messages. */
export type VisitorMessage =
	/** What was typed or pasted, as a terminal sends it. */
	| {readonly type: 'keys'; readonly keys: string}
	| {readonly type: 'size'; readonly columns: number; readonly rows: number}
	/** So many more characters were drawn. */
	| {readonly type: 'took'; readonly characters: number}
	/** The next `size` bytes are a file called `name`; `left` more files follow it. */
	| {readonly type: 'drop'; readonly name: string; readonly size: number; readonly left: number};

/** What is told to the page beside what a terminal shows. */
export type PageNote =
	/** The visitor left the screen, or it could not go on; `again`: the page may come back by itself. */
	| {readonly type: 'left'; readonly why: string; readonly again: boolean}
	/** Bytes a second, all torrents together. */
	| {readonly type: 'rates'; readonly download: number; readonly upload: number}
	/** A file for the visitor's own machine; `bytes` are base64. */
	| {readonly type: 'file'; readonly name: string; readonly bytes: string};

const isCount = (value: unknown, least: number, most: number): value is number =>
	Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;

/**
 * Reads a text message of a page.
 *
 * @throws {ProtocolError} for anything that no page of ours says
 */
export function readVisitorMessage(text: string): VisitorMessage {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new ProtocolError('bad-message', 'a message that is not JSON');
	}
	if (typeof value === 'object' && value !== null) {
		const {keys, size, took, drop} = value as Readonly<Record<string, unknown>>;
		if (typeof keys === 'string' && keys.length <= longestKeys) return {type: 'keys', keys};
		if (Array.isArray(size) && isCount(size[0], 1, 1e6) && isCount(size[1], 1, 1e6)) {
			return {type: 'size', columns: Math.min(size[0], mostColumns), rows: Math.min(size[1], mostRows)};
		}
		if (isCount(took, 1, Number.MAX_SAFE_INTEGER)) return {type: 'took', characters: took};
		if (Array.isArray(drop)) {
			const [name, length, left] = drop as unknown[];
			if (
				typeof name === 'string' &&
				name.length <= longestName &&
				isCount(length, 1, largestDrop) &&
				isCount(left, 0, mostDrops)
			)
				return {type: 'drop', name, size: length, left};
		}
	}
	throw new ProtocolError('bad-message', 'a message that no page of ours sends');
}

/** What a terminal is to show, as the text message that brings it to the page. */
export function outputMessage(text: string): string {
	return `>${text}`;
}

/** A note as the text message that brings it to the page. */
export function noteMessage(note: PageNote): string {
	return JSON.stringify(note);
}
