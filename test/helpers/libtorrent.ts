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

/** Makes a .torrent of a file or folder. */
export async function libtorrentMake(
	space: Workspace,
	path: string,
	out: string,
	kind: 'v1' | 'hybrid',
	pieceLength: number,
): Promise<void> {
	const made = await run(space, python!, [script, 'make', path, out, kind, `${pieceLength}`]);
	if (made.ended?.code !== 0) throw new Error(`libtorrent cannot make ${out}`);
}

/** A libtorrent peer with one torrent: seeds what is in the folder, downloads what is not. */
export interface LibtorrentPeer {
	readonly program: Running;
	/** `127.0.0.1:port` */
	readonly address: string;
	complete(ms?: number): Promise<void>;
}

/** Starts it and waits until it can be dialled. */
export async function libtorrentPeer(
	space: Workspace,
	torrent: string,
	dir: string,
	dial?: string,
): Promise<LibtorrentPeer> {
	const port = await freePort();
	const more = dial === undefined ? [] : [dial];
	const program = new Running(space, python!, [script, 'peer', torrent, dir, `${port}`, ...more]);
	await program.output(/READY/, 20_000);
	return {
		program,
		address: `127.0.0.1:${port}`,
		complete: async (ms = 60_000) => void (await program.output(/COMPLETE/, ms)),
	};
}
