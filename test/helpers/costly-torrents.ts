import {createHash} from 'node:crypto';
import {type Bencodable, encodeBencode} from '../../source/protocol/bencode/bencode.ts';

/** Just below the largest .torrent that is read. */
const largest = 9_900_000;

const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest();
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

function torrent(info: Record<string, Bencodable>, rest: Record<string, Bencodable> = {}): Uint8Array {
	return Uint8Array.from(encodeBencode({...rest, info: {name: 'costly', ...info}}));
}

/** A list of files, all empty but the last, and the one piece that it takes. */
function filesTorrent(files: ReadonlyArray<Record<string, Bencodable>>): Uint8Array {
	return torrent({
		files: [...files, {length: 1, path: ['last']}],
		'piece length': 16_384,
		pieces: sha1(Uint8Array.of(0)),
	});
}

/** How many items of `size` bytes fill a .torrent. */
const fits = (size: number): number => Math.floor(largest / size);

/**
 * .torrent files of nearly 10 MB that are as expensive as their kind can be, by name. All of them are valid but for
 * those whose name says what is wrong.
 */
export const costlyTorrents: Readonly<Record<string, () => Uint8Array>> = {
	'many files': () =>
		filesTorrent(
			Array.from({length: fits(40)}, (_, n) => ({length: 0, path: [n.toString(36).padStart(4, '0')]})),
		),
	'deep folders': () =>
		filesTorrent(
			Array.from({length: 940}, (_, n) => ({
				length: 0,
				path: [n.toString(36), ...Array.from({length: 98}, () => 'abcdefghij'.repeat(10)), 'f'],
			})),
		),
	'a chain of links': () =>
		filesTorrent(
			Array.from({length: fits(220)}, (_, n) => ({
				attr: 'l',
				length: 0,
				path: [`l${n}`],
				'symlink path': n === 0 ? ['last'] : [`l${n - 1}`],
				// Nobody reads it; it keeps the count where it was when links were first found to cost.
				'~': 'x'.repeat(120),
			})),
		),
	'links that branch': () =>
		filesTorrent(
			Array.from({length: 39_000}, (_, n) => ({
				attr: 'l',
				length: 0,
				path: [`l${n}`],
				'symlink path': [`l${(n * 7919 + 1) % 39_000}`, ...Array.from({length: 30}, () => `l${n % 50}`)],
			})),
		),
	'links in a circle': () =>
		filesTorrent(
			Array.from({length: fits(100)}, (_, n) => ({
				attr: 'l',
				length: 0,
				path: [`l${n}`],
				'symlink path': [`l${(n + 1) % fits(100)}`],
			})),
		),
	'links that grow': () =>
		filesTorrent([
			...Array.from({length: 20}, (_, n) => ({
				length: 0,
				path: [...Array.from({length: 95}, () => 'e'.repeat(200)), `${n}`],
			})),
			{attr: 'l', length: 0, path: ['deep'], 'symlink path': Array.from({length: 95}, () => 'e'.repeat(200))},
			...Array.from({length: fits(110)}, (_, n) => ({
				attr: 'l',
				length: 0,
				path: [`l${n}`],
				'symlink path': n % 2 === 0 ? ['deep'] : [`l${n - 1}`, '1'],
			})),
		]),
	'many trackers': () =>
		torrent(
			{length: 1, 'piece length': 16_384, pieces: sha1(Uint8Array.of(0))},
			{'announce-list': Array.from({length: fits(36)}, (_, n) => [`http://t${n}.example/announce`])},
		),
	'trackers that are none': () =>
		torrent(
			{length: 1, 'piece length': 16_384, pieces: sha1(Uint8Array.of(0))},
			{'announce-list': Array.from({length: fits(30)}, (_, n) => [`ftp://t${n}.example/a`])},
		),
	'web seeds that are none': () =>
		torrent(
			{length: 1, 'piece length': 16_384, pieces: sha1(Uint8Array.of(0))},
			{'url-list': Array.from({length: fits(20)}, (_, n) => `ftp://w${n}/`)},
		),
	'many pieces': () =>
		torrent({length: 490_000 * 16_384, 'piece length': 16_384, pieces: new Uint8Array(490_000 * 20)}),
	'many pieces of many files': () => {
		const count = 100_000;
		return torrent({
			files: Array.from({length: count}, (_, n) => ({
				length: 40_000,
				path: [n.toString(36).padStart(4, '0')],
			})),
			'piece length': 16_384,
			pieces: new Uint8Array(Math.ceil((count * 40_000) / 16_384) * 20),
		});
	},
	'names that all collide': () =>
		filesTorrent(Array.from({length: fits(40)}, () => ({length: 0, path: ['same']}))),
	'names with a letter to fold': () =>
		filesTorrent(
			Array.from({length: fits(300)}, (_, n) => ({length: 0, path: [`${'ÄÖ'.repeat(60)}${n.toString(36)}`]})),
		),
	'a large piece layer': () => {
		const count = 250_000;
		const layer = new Uint8Array(count * 32);
		return torrent(
			{
				'file tree': {costly: {'': {length: count * 16_384, 'pieces root': rootOf(layer)}}},
				'meta version': 2,
				'piece length': 16_384,
			},
			{'piece layers': new Map([[rootOf(layer), layer]])},
		);
	},
	'one large piece hash list of a later version': () =>
		torrent({
			length: 490_000 * 16_384,
			'meta version': 3,
			'piece length': 16_384,
			pieces: new Uint8Array(490_000 * 20),
		}),
	'lists in lists': () =>
		torrent(
			{length: 1, 'piece length': 16_384, pieces: sha1(Uint8Array.of(0))},
			{deep: Array.from({length: fits(196)}, () => nested(97))},
		),
	'many small values': () =>
		torrent(
			{length: 1, 'piece length': 16_384, pieces: sha1(Uint8Array.of(0))},
			{small: Array.from({length: 2_900_000}, () => 1)},
		),
	'many keys': () =>
		torrent(
			{length: 1, 'piece length': 16_384, pieces: sha1(Uint8Array.of(0))},
			Object.fromEntries(
				Array.from({length: fits(10)}, (_, n) => [`a${n.toString(36).padStart(4, '0')}`, 1]),
			),
		),
	'a file tree of many files': () => {
		const root = new Uint8Array(32).fill(1);
		return torrent({
			'file tree': Object.fromEntries(
				Array.from({length: fits(90)}, (_, n) => [
					n.toString(36).padStart(4, '0'),
					{'': {length: 1, 'pieces root': root}},
				]),
			),
			'meta version': 2,
			'piece length': 16_384,
		});
	},
};

function nested(depth: number): Bencodable {
	let value: Bencodable = [];
	for (let n = 0; n < depth; n++) value = [value];
	return value;
}

function rootOf(layer: Uint8Array): Uint8Array {
	let hashes: Uint8Array[] = Array.from({length: layer.length / 32}, (_, n) =>
		layer.subarray(n * 32, n * 32 + 32),
	);
	let pad: Uint8Array = new Uint8Array(32);
	while (hashes.length > 1) {
		const above: Uint8Array[] = [];
		for (let n = 0; n < hashes.length; n += 2)
			above.push(sha256(Buffer.concat([hashes[n]!, hashes[n + 1] ?? pad])));
		hashes = above;
		pad = sha256(Buffer.concat([pad, pad]));
	}
	return hashes[0]!;
}
