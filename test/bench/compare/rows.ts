/** What peers speak over: TCP in the clear, TCP with both sides asking for RC4, or uTP alone. */
export type Wire = 'tcp' | 'rc4' | 'utp';

/** What not every client can. */
export type Ability = 'rc4' | 'utp' | 'web-seed' | 'v2';

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
	/** Who takes it, each all of it, where there are several. */
	readonly leechers?: number;
	/** Those ask for blocks from anywhere, and throw away what comes. */
	readonly isRandom?: true;
	/** It is on a disk, and nothing of it in memory. */
	readonly isCold?: true;
	/** They are one program, where there is one that can be at many addresses: else it is they that are measured. */
	readonly together?: true;
	/** MiB; of `open` that of its metadata alone. */
	readonly size: number;
	/** KiB. */
	readonly piece: number;
	readonly files?: number;
	/** v1 when left out. */
	readonly version?: 'v2' | 'hybrid';
	/** `tcp` when left out. */
	readonly wire?: Wire;
	/** It comes from a web server, and nobody else. */
	readonly isFromWeb?: boolean;
	/** Measured only when it is named. */
	readonly isExtra?: boolean;
	/** What its cell tells first. */
	readonly figure: 'rate' | 'time';
}

const kib256 = 256;

/** The rows of the table, in its order, and then those that are measured when they are named. */
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
		name: '50-seeders',
		title: '50 seeders, 1 GiB',
		kind: 'leech',
		seeders: 50,
		together: true,
		size: 1024,
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
		name: 'seeding-8',
		title: 'seeding 128 MiB to 8',
		kind: 'seed',
		seeders: 0,
		leechers: 8,
		size: 128,
		piece: kib256,
		figure: 'rate',
	},
	{
		name: 'seeding-50',
		title: 'seeding 24 MiB to 50',
		kind: 'seed',
		seeders: 0,
		leechers: 50,
		size: 24,
		piece: kib256,
		figure: 'rate',
	},
	{
		name: 'recheck',
		title: 'recheck of 1 GiB',
		kind: 'recheck',
		seeders: 0,
		size: 1024,
		piece: kib256,
		figure: 'time',
	},
	{
		name: 'large',
		title: '1 seeder, 4 GiB in pieces of 1 MiB',
		kind: 'leech',
		seeders: 1,
		size: 4096,
		piece: 1024,
		figure: 'rate',
		isExtra: true,
	},
	{
		name: 'rc4',
		title: '1 seeder, 1 GiB, RC4',
		kind: 'leech',
		seeders: 1,
		size: 1024,
		piece: kib256,
		wire: 'rc4',
		figure: 'rate',
		isExtra: true,
	},
	{
		name: 'seed-rc4',
		title: 'seeding 1 GiB, RC4',
		kind: 'seed',
		seeders: 0,
		size: 1024,
		piece: kib256,
		wire: 'rc4',
		figure: 'rate',
		isExtra: true,
	},
	{
		name: 'seeding-cold',
		title: 'seeding 1 GiB from a disk, nothing of it in memory',
		kind: 'seed',
		seeders: 0,
		isCold: true,
		size: 1024,
		piece: kib256,
		figure: 'rate',
		isExtra: true,
	},
	{
		name: 'seeding-random',
		title: 'seeding 256 MiB to 8, blocks from anywhere',
		kind: 'seed',
		seeders: 0,
		leechers: 8,
		isRandom: true,
		size: 256,
		piece: kib256,
		figure: 'rate',
		isExtra: true,
	},
	{
		name: 'utp',
		title: '1 seeder, 512 MiB, uTP',
		kind: 'leech',
		seeders: 1,
		size: 512,
		piece: kib256,
		wire: 'utp',
		figure: 'rate',
		isExtra: true,
	},
	{
		name: 'seed-utp',
		title: 'seeding 512 MiB, uTP',
		kind: 'seed',
		seeders: 0,
		size: 512,
		piece: kib256,
		wire: 'utp',
		figure: 'rate',
		isExtra: true,
	},
	{
		name: 'web-seed',
		title: 'web seed, 1 GiB',
		kind: 'leech',
		seeders: 0,
		size: 1024,
		piece: kib256,
		isFromWeb: true,
		figure: 'rate',
		isExtra: true,
	},
	{
		name: 'v2',
		title: '1 seeder, 1 GiB, v2',
		kind: 'leech',
		seeders: 1,
		size: 1024,
		piece: kib256,
		version: 'v2',
		figure: 'rate',
		isExtra: true,
	},
	{
		name: 'hybrid',
		title: '1 seeder, 1 GiB, hybrid',
		kind: 'leech',
		seeders: 1,
		size: 1024,
		piece: kib256,
		version: 'hybrid',
		figure: 'rate',
		isExtra: true,
	},
	{
		name: 'recheck-v2',
		title: 'recheck of 1 GiB, v2',
		kind: 'recheck',
		seeders: 0,
		size: 1024,
		piece: kib256,
		version: 'v2',
		figure: 'time',
		isExtra: true,
	},
];

/** What a client has to be able to do for a row. */
export function needs({version, wire = 'tcp', isFromWeb}: Row): readonly Ability[] {
	const all: Ability[] = [];
	if (wire !== 'tcp') all.push(wire);
	if (isFromWeb === true) all.push('web-seed');
	// What knows v1 alone refuses hybrids, or finds another info-hash in them.
	if (version !== undefined) all.push('v2');
	return all;
}
