import {ProtocolError} from '../../base/errors.js';
import type {BytesPerSecond} from '../../base/units.js';
import {
	type ChosenLimit,
	type LimitChoices,
	type LimitName,
	limitNames,
} from '../../policy/rates/chosen-limits.js';
import {
	type Bencodable,
	type BencodeNode,
	decodeDictionary,
	encodeBencode,
} from '../../protocol/bencode/bencode.js';

const version = 1;
/** How no limit is written down. */
const none = -1;

/** Writes chosen limits as one bencoded dictionary. */
export function encodeLimits({limits, slowMode}: LimitChoices): Uint8Array {
	const chosen: Record<string, Bencodable> = {};
	for (const name of limitNames) {
		const choice = limits[name];
		if (choice === undefined) continue;
		const {limit, instead} = choice;
		chosen[name] = instead === 'unknown' ? [limit ?? none] : [limit ?? none, instead ?? none];
	}
	return encodeBencode({
		version,
		limits: chosen,
		slowMode: slowMode && [slowMode.on, Math.round(slowMode.at)],
	});
}

/**
 * Reads what `encodeLimits` wrote; as strict as with bytes of strangers, for disks forget things.
 *
 * @throws {ProtocolError} when it is not that; `later-version` when a later version wrote it
 */
export function decodeLimits(bytes: Uint8Array): LimitChoices {
	const root = decodeDictionary(bytes, 'the file of limits', {depth: 8, tokens: 100});
	const found = root.get('version')?.number();
	if (found !== undefined && found > version)
		throw new ProtocolError(
			'later-version',
			`the file of limits is of version ${found}, this program knows ${version}`,
		);
	if (found !== version) throw broken(`is of version ${found ?? 'none'}, this program knows ${version}`);
	const chosen = root.get('limits');
	if (chosen?.type !== 'dictionary') throw broken('has no limits');
	const limits: Partial<Record<LimitName, ChosenLimit>> = {};
	for (const name of limitNames) {
		const node = chosen.get(name);
		if (node !== undefined) limits[name] = readChoice(node);
	}
	return {limits, slowMode: readSlowMode(root.get('slowMode'))};
}

function readChoice(node: BencodeNode): ChosenLimit {
	const [limit, instead, ...more] = node.items();
	if (limit === undefined || more.length > 0) throw broken('has a bad limit');
	return {limit: readLimit(limit), instead: instead === undefined ? 'unknown' : readLimit(instead)};
}

function readLimit(node: BencodeNode): BytesPerSecond | undefined {
	const value = node.number();
	if (value === undefined || value < none) throw broken('has a bad limit');
	return value === none ? undefined : value;
}

function readSlowMode(node: BencodeNode | undefined): LimitChoices['slowMode'] {
	if (node === undefined) return undefined;
	const [on, at, ...more] = [...node.items()].map(item => item.number());
	if ((on !== 0 && on !== 1) || at === undefined || at < 0 || more.length > 0)
		throw broken('has a bad slow mode');
	return {on: on === 1, at};
}

function broken(what: string): ProtocolError {
	return new ProtocolError('bad-limit-data', `the file of limits ${what}`);
}
