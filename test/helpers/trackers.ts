import {mkdirSync, writeFileSync} from 'node:fs';
import {until} from './deadline.ts';
import {freePort} from './ports.ts';
import {findProgram, Running} from './processes.ts';
import type {Torrent} from './torrents.ts';
import type {Workspace} from './workspace.ts';

/** A tracker somebody else wrote. */
export interface Tracker {
	readonly http: string;
	readonly udp: string;
	/** Waits until it knows this many seeders and leechers of the torrent. */
	knows(torrent: Torrent, who: {readonly seeders?: number; readonly leechers?: number}): Promise<void>;
}

/** Starts opentracker for these torrents. Debian's one serves only what its white list names. */
export async function opentracker(space: Workspace, ...torrents: readonly Torrent[]): Promise<Tracker> {
	const port = await freePort();
	const dir = space.path(`opentracker-${port}`);
	mkdirSync(dir, {mode: 0o755});
	writeFileSync(`${dir}/white`, torrents.map(({infoHash}) => `${infoHash.toString('hex')}\n`).join(''));
	const args = ['-i', '127.0.0.1', '-p', `${port}`, '-P', `${port}`, '-d', dir, '-w', 'white'];
	// It changes to an unprivileged user by itself when it is started as root; the folders above must let that one in.
	new Running(space, findProgram('opentracker')!, args, {cwd: dir});
	const base = `http://127.0.0.1:${port}`;
	const scrape = async (infoHash: Buffer) => {
		const answer = await fetch(`${base}/scrape?info_hash=${percentEncoded(infoHash)}`, {
			signal: AbortSignal.timeout(2000),
		});
		return Buffer.from(await answer.arrayBuffer()).toString('latin1');
	};
	await until(
		() => `opentracker to answer`,
		10_000,
		() =>
			scrape(Buffer.alloc(20)).then(
				() => true,
				() => false,
			),
	);
	// It reads its white list after it has begun to listen, and serves nobody before.
	// Who says goodbye is heard of any torrent: one comes, and goes again.
	const say = async ({infoHash}: Torrent, event: string): Promise<string> => {
		const who = `peer_id=-XX0000-abcdefghijkl&port=1&uploaded=0&downloaded=0&left=0&compact=1&event=${event}`;
		const options = {signal: AbortSignal.timeout(2000)};
		const answer = await fetch(`${base}/announce?info_hash=${percentEncoded(infoHash)}&${who}`, options);
		return Buffer.from(await answer.arrayBuffer()).toString('latin1');
	};
	const isServed = async (torrent: Torrent): Promise<boolean> => {
		const answer = await say(torrent, 'started');
		await say(torrent, 'stopped');
		return !/failure/.test(answer);
	};
	const [first] = torrents;
	if (first !== undefined)
		await until('opentracker to have read its white list', 10_000, () => isServed(first).catch(() => false));
	return {
		http: `${base}/announce`,
		udp: `udp://127.0.0.1:${port}/announce`,
		async knows(torrent, {seeders = 0, leechers = 0}) {
			let answer = '';
			await until(
				() => `tracker to know ${seeders} seeders and ${leechers} leechers; it says ${answer}`,
				20_000,
				async () => {
					answer = await scrape(torrent.infoHash);
					const complete = Number(/completei(\d+)e/.exec(answer)?.[1] ?? -1);
					const incomplete = Number(/incompletei(\d+)e/.exec(answer)?.[1] ?? -1);
					return complete >= seeders && incomplete >= leechers;
				},
			);
		},
	};
}

function percentEncoded(bytes: Uint8Array): string {
	return Array.from(bytes, byte => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
