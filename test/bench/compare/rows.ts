/** What is measured of each client. */
export interface Row {
	readonly name: string;
	readonly title: string;
	/**
	 * `leech`: launch to complete; `seed`: what is given to another; `recheck`: launch to all checked; `open`: launch to the
	 * first announce, with a torrent of which nothing is there.
	 */
	readonly kind: 'leech' | 'seed' | 'recheck' | 'open';
	readonly seeders: number;
	/** MiB; of `open` that of its metadata alone. */
	readonly size: number;
	/** KiB. */
	readonly piece: number;
	readonly files?: number;
	/** What its cell tells first. */
	readonly figure: 'rate' | 'time';
}

const kib256 = 256;

/** The rows of the table, in its order. */
export const rows: readonly Row[] = [
	{
		name: '1-seeder',
		title: '1 seeder, 1 GiB',
		kind: 'leech',
		seeders: 1,
		size: 1024,
		piece: kib256,
		figure: 'rate',
	},
	{
		name: '8-seeders',
		title: '8 seeders, 1 GiB',
		kind: 'leech',
		seeders: 8,
		size: 1024,
		piece: kib256,
		figure: 'rate',
	},
	{
		name: '20-seeders',
		title: '20 seeders, 512 MiB',
		kind: 'leech',
		seeders: 20,
		size: 512,
		piece: kib256,
		figure: 'rate',
	},
	{
		name: 'small',
		title: '64 MiB: launch to complete',
		kind: 'leech',
		seeders: 1,
		size: 64,
		piece: kib256,
		figure: 'time',
	},
	{
		name: 'small-pieces',
		title: '64 MiB in pieces of 16 KiB',
		kind: 'leech',
		seeders: 1,
		size: 64,
		piece: 16,
		figure: 'time',
	},
	{
		name: 'open',
		title: '10,000 files: launch to announce',
		kind: 'open',
		seeders: 0,
		size: 1563,
		piece: 16,
		files: 10_000,
		figure: 'time',
	},
	{name: 'seed', title: 'seeding 1 GiB', kind: 'seed', seeders: 0, size: 1024, piece: kib256, figure: 'rate'},
	{
		name: 'recheck',
		title: 'recheck of 1 GiB',
		kind: 'recheck',
		seeders: 0,
		size: 1024,
		piece: kib256,
		figure: 'time',
	},
];

/** Rows of which there is a benchmark already, that measures libtorrent beside. */
export const benches = [
	{name: 'rc4', title: 'RC4: 512 MiB of a libtorrent'},
	{name: 'utp', title: 'uTP: 512 MiB'},
	{name: 'web-seed', title: 'web seeds'},
	{name: 'v2', title: 'v2: hashing and trees'},
] as const;
