import {mutate} from './mutate.ts';

/** A value as it is to be written, also where BEP 3 forbids it: keys in any order and twice, integers as text. */
export type Raw =
	| {readonly kind: 'bytes'; bytes: Uint8Array; zeros?: number}
	| {readonly kind: 'integer'; text: string}
	| {readonly kind: 'list'; items: Raw[]}
	| {readonly kind: 'dictionary'; entries: Array<[key: Raw, value: Raw]>};

const bytes = (value: string | Uint8Array): Raw => ({
	kind: 'bytes',
	bytes: typeof value === 'string' ? Buffer.from(value) : value,
});
const integer = (value: number | string): Raw => ({kind: 'integer', text: String(value)});
const list = (items: Raw[]): Raw => ({kind: 'list', items});
const dictionary = (entries: Record<string, Raw | undefined>): Raw => ({
	kind: 'dictionary',
	entries: Object.entries(entries).flatMap(
		([key, value]): Array<[Raw, Raw]> => (value === undefined ? [] : [[bytes(key), value]]),
	),
});

/** Writes it as it is. */
export function writeRaw(value: Raw): Buffer {
	const parts: Uint8Array[] = [];
	const write = (raw: Raw): void => {
		if (raw.kind === 'integer') parts.push(Buffer.from(`i${raw.text}e`));
		else if (raw.kind === 'bytes')
			parts.push(Buffer.from(`${'0'.repeat(raw.zeros ?? 0)}${raw.bytes.length}:`), raw.bytes);
		else {
			parts.push(Buffer.from(raw.kind === 'list' ? 'l' : 'd'));
			for (const each of raw.kind === 'list' ? raw.items : raw.entries.flat()) write(each);
			parts.push(Buffer.from('e'));
		}
	};
	write(value);
	return Buffer.concat(parts);
}

const names: ReadonlyArray<string | Uint8Array> = [
	...['a', 'b', 'A', 'B', 'c.txt', 'C.TXT', 'c.1.txt', 'a.1', 'set', 'SET', 'Z'],
	...['..', '.', '...', '', ' ', '/', '\\', '/etc/passwd', '../x', 'a/b', 'a\\b', 'C:\\x', '~', 'a:b'],
	...[
		'CON',
		'nul.txt',
		'aux',
		'x.',
		'x ',
		' x',
		'x..',
		'-rf',
		'*?"<>|',
		'.pad',
		'.tortui',
		'x.part',
		'x.made',
	],
	...[
		'a\u0000b',
		'\u0001',
		'a\nb',
		'\u001b[31m',
		'\u007f',
		'\u0085',
		'\u202etxt.exe',
		'\u200d',
		'\u200ba',
		'\ufeff',
	],
	...['é', 'e\u0301', 'É', 'ß', 'SS', 'İ', 'i̇', 'K', 'k', 'ſ', 's', 'ﬀ', '写真', '🎉', '\ufffd', '_', '__'],
	...['_____padding_file_0', '_____padding_file_', '\u200b_____padding_file_1', '_____PADDING_FILE_0'],
	...[
		'x'.repeat(239),
		'x'.repeat(240),
		`${'x'.repeat(240)}y`,
		'x'.repeat(255),
		'x'.repeat(256),
		'x'.repeat(300),
	],
	...[`${'x'.repeat(260)}.mkv`, `${'é'.repeat(130)}.mkv`, '.'.repeat(241), '.'.repeat(300), '__proto__'],
	...[
		[0xff],
		[0x61, 0xff],
		[0x61, 0xfe],
		[0xc3],
		[0xed, 0xa0, 0x80],
		[0xf4, 0x90, 0x80, 0x80],
		[0xc0, 0xaf],
	].map(each => Uint8Array.from(each)),
];
const numbers = [
	...['0', '1', '5', '16384', '16385', '20000', '-1', '-0', '007', '00', '4294967296', '99999999999999'],
	...['100000000000000', '281474976710655', '281474976710656', '9007199254740991', '9007199254740993'],
	...['9223372036854775807', '-9223372036854775808', '00000000000000000005', '1.5', '1e3', '', '-', '+1'],
];
const keys = [
	...[
		'length',
		'path',
		'path.utf-8',
		'attr',
		'symlink path',
		'name',
		'name.utf-8',
		'files',
		'pieces',
		'md5sum',
	],
	...[
		'piece length',
		'file tree',
		'meta version',
		'pieces root',
		'private',
		'source',
		'info',
		'piece layers',
	],
	...['x'.repeat(60), 'x'.repeat(4), 'x'.repeat(6), ''],
];
const attributes = ['x', 'p', 'l', 'h', 'hx', 'pl', 'lx', '', 'X', 'P'];

/** Makes torrents that nobody should trust. */
export class HostileTorrents {
	readonly #random: () => number;

	constructor(random: () => number) {
		this.#random = random;
	}

	/** One more: often nearly right, so that what is wrong comes to be looked at. */
	next(): Uint8Array {
		const root = this.#torrent();
		if (this.#chance(0.5)) for (let times = 1 + this.#below(3); times > 0; times--) this.#bend(root);
		const written = writeRaw(root);
		return this.#chance(0.1) ? mutate(written, this.#random) : written;
	}

	#below(most: number): number {
		return Math.floor(this.#random() * most);
	}

	#chance(of: number): boolean {
		return this.#random() < of;
	}

	#any<Item>(of: readonly Item[]): Item {
		return of[this.#below(of.length)]!;
	}

	#name(): Raw {
		if (this.#chance(0.5)) return bytes(this.#any(['a', 'b', 'A', 'c.txt', 'C.txt', 'd', 'e.1', 'e']));
		return bytes(this.#any(names));
	}

	#path(usual: number): Raw {
		const path = Array.from({length: 1 + this.#below(3)}, () => this.#name());
		// Most files have names of their own.
		if (this.#chance(0.7)) path.push(bytes(`${usual}`));
		return list(path);
	}

	#files(): {files: Raw[]; length: number} {
		let length = 0;
		const most = this.#chance(0.02) ? 300 : 7;
		const files = Array.from({length: 1 + this.#below(most)}, (_, n) => {
			const its = this.#any([0, 1, 5, 1000, 16_384, 16_385, 40_000]);
			length += its;
			return dictionary({
				attr: this.#chance(0.15) ? bytes(this.#any(attributes)) : undefined,
				length: integer(its),
				path: this.#path(n),
				'path.utf-8': this.#chance(0.1) ? this.#path(n) : undefined,
				'symlink path': this.#chance(0.08) ? this.#path(this.#below(4)) : undefined,
			});
		});
		return {files, length};
	}

	#tree(depth: number): {tree: Raw; length: number} {
		let length = 0;
		const entries = Array.from({length: 1 + this.#below(4)}, (): [Raw, Raw] => {
			if (depth < 3 && this.#chance(0.3)) {
				const below = this.#tree(depth + 1);
				length += below.length;
				return [this.#name(), below.tree];
			}
			const its = this.#any([0, 1, 5, 16_384, 40_000]);
			length += Math.ceil(its / 16_384) * 16_384;
			const leaf = dictionary({
				attr: this.#chance(0.1) ? bytes(this.#any(attributes)) : undefined,
				length: integer(its),
				'pieces root': its === 0 ? undefined : bytes(Buffer.alloc(32, 1 + this.#below(250))),
			});
			return [this.#name(), dictionary({'': leaf})];
		});
		const own = entries as Array<[Raw & {bytes: Uint8Array}, Raw]>;
		own.sort(([a], [b]) => Buffer.compare(a.bytes, b.bytes));
		return {tree: {kind: 'dictionary', entries}, length};
	}

	#torrent(): Raw {
		const isV2 = this.#chance(0.15);
		const isV1 = !isV2 || this.#chance(0.5);
		const {files, length} = this.#files();
		const {tree, length: treeLength} = this.#tree(0);
		const isSingle = this.#chance(0.05);
		const stream = isV1 ? length : treeLength;
		const pieceLength = this.#chance(0.9) ? 16_384 : this.#any([1, 5, 32_768, 65_536]);
		const info = dictionary({
			'file tree': isV2 ? tree : undefined,
			files: isV1 && !isSingle ? list(files) : undefined,
			length: isV1 && isSingle ? integer(stream) : undefined,
			'meta version': isV2 ? integer(2) : undefined,
			name: this.#chance(0.8) ? bytes('set') : this.#name(),
			'name.utf-8': this.#chance(0.1) ? this.#name() : undefined,
			'piece length': integer(pieceLength),
			pieces: isV1 ? bytes(Buffer.alloc(20 * Math.min(Math.ceil(stream / pieceLength), 5000))) : undefined,
			private: this.#chance(0.1) ? integer(1) : undefined,
			source: this.#chance(0.1) ? this.#name() : undefined,
		});
		return dictionary({
			announce: this.#chance(0.3) ? bytes('http://t.example/announce') : undefined,
			comment: this.#chance(0.2) ? this.#name() : undefined,
			info,
			'piece layers': isV2 && this.#chance(0.5) ? dictionary({}) : undefined,
		});
	}

	/** Changes one value somewhere in it. */
	#bend(root: Raw): void {
		const all: Raw[] = [];
		const collect = (raw: Raw): void => {
			all.push(raw);
			if (raw.kind === 'list') for (const item of raw.items) collect(item);
			if (raw.kind === 'dictionary') for (const entry of raw.entries) for (const each of entry) collect(each);
		};
		collect(root);
		const at = this.#any(all);
		if (at.kind === 'integer') at.text = this.#any(numbers);
		else if (at.kind === 'bytes') {
			if (this.#chance(0.2)) at.zeros = 1 + this.#below(3);
			else at.bytes = (this.#name() as Raw & {kind: 'bytes'}).bytes;
		} else if (at.kind === 'list') this.#bendAll(at.items, () => this.#stranger(all));
		else this.#bendAll(at.entries, () => [bytes(this.#any(keys)), this.#stranger(all)]);
	}

	#bendAll<Item>(items: Item[], another: () => Item): void {
		const at = this.#below(items.length + 1);
		switch (this.#below(5)) {
			case 0:
				items.splice(at, 1);
				break;
			case 1:
				items.splice(at, 0, another());
				break;
			case 2:
				items.splice(at, 1, another());
				break;
			case 3:
				if (items.length > 0) items.splice(at, 0, this.#any(items));
				break;
			default:
				items.reverse();
		}
	}

	/** A value of any kind, of its own or from elsewhere in it. */
	#stranger(all: readonly Raw[]): Raw {
		switch (this.#below(6)) {
			case 0:
				return integer(this.#any(numbers));
			case 1:
				return this.#name();
			case 2:
				return list([]);
			case 3:
				return dictionary({});
			case 4:
				return this.#path(this.#below(4));
			default:
				return structuredClone(this.#any(all));
		}
	}
}
