import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {freePort} from './ports.ts';
import {findProgram, Running, run} from './processes.ts';
import type {Workspace} from './workspace.ts';

// The module is the system's, so the Python has to be, too.
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : findProgram('python3');
const script = join(import.meta.dirname, 'libtorrent-peer.py');
let absent: string | false | undefined;

/** For a test's `skip`: the reason when there is no libtorrent for Python, else false. */
export function noLibtorrent(): string | false {
	if (absent !== undefined) return absent;
	const found = python !== undefined && spawnSync(python, ['-c', 'import libtorrent']).status === 0;
	absent = found ? false : 'python3-libtorrent not installed';
	return absent;
}

/** The command line of a peer as `libtorrentPeer` starts it, with these words behind it. */
export function libtorrentCommand(...words: readonly string[]): readonly string[] {
	return [python!, script, 'peer', ...words];
}

/** Makes a .torrent of a file or folder. */
export async function libtorrentMake(
	space: Workspace,
	path: string,
	out: string,
	kind: 'v1' | 'v2' | 'hybrid',
	pieceLength: number,
): Promise<void> {
	const made = await run(space, python!, [script, 'make', path, out, kind, `${pieceLength}`]);
	if (made.ended?.code !== 0) throw new Error(`libtorrent cannot make ${out}`);
}

/** What it makes of .torrent files: for each whether it loads it. */
export async function libtorrentJudges(space: Workspace, paths: readonly string[]): Promise<boolean[]> {
	const judged = await run(space, python!, [script, 'judge', ...paths]);
	const lines = judged.stdout.trim().split('\n');
	if (judged.ended?.code !== 0 || lines.length !== paths.length) throw new Error(`libtorrent says ${lines}`);
	return lines.map(line => line === 'loads');
}

/** A libtorrent peer with one torrent: seeds what is in the folder, downloads what is not. */
export interface LibtorrentPeer {
	readonly program: Running;
	/** `127.0.0.1:port`, or with the address it was told to be at. */
	readonly address: string;
	complete(ms?: number): Promise<void>;
	/** Waits until it is connected to one that has everything. */
	seed(): Promise<void>;
}

/** Where a libtorrent is and what it takes part in, beside peers that are named to it. */
export interface LibtorrentOptions {
	/** `127.0.0.1` when left out; IPv6 in brackets. */
	readonly ip?: string;
	readonly lsd?: boolean;
	/** A node of the DHT to ask first, or `none`. */
	readonly dht?: string;
	/** Bytes a second it may send, and receive. */
	readonly limit?: number;
	/** How it encrypts: `off`, `enabled`, `enabled-prefer` (RC4 rather), `forced-rc4`, `forced-plain`. */
	readonly encryption?: string;
	/** What it speaks to peers over; TCP when left out. */
	readonly transport?: 'tcp' | 'utp' | 'both';
	/** A command line it is started by. */
	readonly through?: readonly string[];
}

function optionWords({ip, lsd, dht, limit, encryption, transport}: LibtorrentOptions): string[] {
	return [
		...(ip === undefined ? [] : [`ip=${ip}`]),
		...(lsd ? ['lsd=1'] : []),
		...(dht === undefined ? [] : [`dht=${dht}`]),
		...(encryption === undefined ? [] : [`enc=${encryption}`]),
		...(limit === undefined ? [] : [`limit=${limit}`]),
		...(transport === undefined ? [] : [`transport=${transport}`]),
	];
}

function startLibtorrent(space: Workspace, args: readonly string[], options: LibtorrentOptions): Running {
	const [command, ...rest] = [...(options.through ?? []), python!, script, ...args, ...optionWords(options)];
	return new Running(space, command!, rest);
}

/** A node of the DHT and no more; answers where it is. */
export async function libtorrentNode(space: Workspace, options: LibtorrentOptions = {}): Promise<string> {
	const port = await freePort();
	const program = startLibtorrent(space, ['node', `${port}`], options);
	await program.output(/READY/, 20_000);
	return `${options.ip ?? '127.0.0.1'}:${port}`;
}

/** Starts it and waits until it can be dialled. @param torrent a .torrent, or a magnet link */
export async function libtorrentPeer(
	space: Workspace,
	torrent: string,
	dir: string,
	dial?: string,
	options: LibtorrentOptions = {},
): Promise<LibtorrentPeer> {
	const port = await freePort();
	const more = dial === undefined ? [] : [dial];
	const program = startLibtorrent(space, ['peer', torrent, dir, `${port}`, ...more], options);
	await program.output(/READY/, 20_000);
	return {
		program,
		address: `${options.ip ?? '127.0.0.1'}:${port}`,
		complete: async (ms = 60_000) => void (await program.output(/COMPLETE/, ms)),
		seed: async () => void (await program.output(/SEED/, 30_000)),
	};
}
