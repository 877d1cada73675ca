import {readFileSync, writeFileSync} from 'node:fs';
import {basename} from 'node:path';
import {until} from './deadline.ts';
import {freePort} from './ports.ts';
import {findProgram, Running} from './processes.ts';
import type {Workspace} from './workspace.ts';

/** How it meets peers. */
export interface QbittorrentOptions {
	/** What it speaks to peers over; TCP when left out. */
	readonly transport?: 'tcp' | 'utp' | 'both';
	/** `off`, or both ways, RC4 first, when left out. */
	readonly encryption?: string;
}

const protocols = {tcp: 'TCP', utp: 'UTP', both: 'Both'} as const;

/** A qBittorrent without a screen, with one torrent. */
export interface QbittorrentPeer {
	readonly program: Running;
	/** `127.0.0.1:port` */
	readonly address: string;
	/** Waits until it has every byte and has checked it. */
	complete(ms?: number): Promise<void>;
}

/**
 * A configuration for loopback alone, that asks nobody for a password.
 *
 * @param more lines of its section about BitTorrent
 */
export function qbittorrentSettings(port: number, webPort: number, more: readonly string[]): string {
	return [
		'[LegalNotice]',
		'Accepted=true',
		'[BitTorrent]',
		`Session\\Port=${port}`,
		'Session\\Interface=lo',
		'Session\\InterfaceName=lo',
		'Session\\InterfaceAddress=127.0.0.1',
		'Session\\DHTEnabled=false',
		'Session\\LSDEnabled=false',
		'Session\\PeXEnabled=false',
		'Session\\MultiConnectionsPerIp=true',
		...more,
		'[Network]',
		'PortForwardingEnabled=false',
		'[Preferences]',
		'Connection\\UPnP=false',
		'WebUI\\Address=127.0.0.1',
		`WebUI\\Port=${webPort}`,
		'WebUI\\LocalHostAuth=false',
		'WebUI\\CSRFProtection=false',
		'WebUI\\HostHeaderValidation=false',
		'WebUI\\UseUPnP=false',
		'',
	].join('\n');
}

/**
 * Starts it and gives it a torrent: it checks what is in the folder, downloads what is missing and seeds the rest.
 *
 * @param torrent a .torrent, or a magnet link
 * @param dial `HOST:PORT` of a peer
 */
export async function qbittorrentPeer(
	space: Workspace,
	torrent: string,
	dir: string,
	dial?: string,
	{transport = 'tcp', encryption}: QbittorrentOptions = {},
): Promise<QbittorrentPeer> {
	const port = await freePort();
	const webPort = await freePort();
	const profile = space.folder(`qbittorrent-${port}`);
	space.folder(`qbittorrent-${port}`, 'qBittorrent', 'config');
	writeFileSync(
		`${profile}/qBittorrent/config/qBittorrent.conf`,
		qbittorrentSettings(port, webPort, [
			'Session\\QueueingSystemEnabled=false',
			`Session\\BTProtocol=${protocols[transport]}`,
			`Session\\Encryption=${encryption === 'off' ? 2 : 0}`,
			`Session\\DefaultSavePath=${dir}`,
		]),
	);
	const program = new Running(
		space,
		findProgram('qbittorrent-nox')!,
		[`--profile=${profile}`, `--webui-port=${webPort}`],
		{env: {HOME: profile, XDG_CONFIG_HOME: profile, XDG_DATA_HOME: profile}},
	);
	const call = async (path: string, body?: FormData | URLSearchParams): Promise<string> => {
		const request = body === undefined ? {} : {method: 'POST', body};
		const response = await fetch(`http://127.0.0.1:${webPort}/api/v2/${path}`, {
			...request,
			signal: AbortSignal.timeout(10_000),
		});
		if (!response.ok) throw new Error(`qbittorrent-nox answers ${path} with ${response.status}`);
		return response.text();
	};
	await until('qbittorrent-nox to answer', 30_000, () => call('app/version').then(Boolean, () => false));
	const form = new FormData();
	form.set('savepath', dir);
	if (torrent.startsWith('magnet:')) form.set('urls', torrent);
	else form.set('torrents', new Blob([readFileSync(torrent)]), basename(torrent));
	await call('torrents/add', form);
	const info = async () => {
		const all = JSON.parse(await call('torrents/info')) as Array<{
			hash: string;
			progress: number;
			state: string;
		}>;
		return all[0];
	};
	await until('qbittorrent-nox to have the torrent', 20_000, async () => (await info()) !== undefined);
	const meet = async () => {
		const {hash} = (await info())!;
		if (dial !== undefined)
			await call('torrents/addPeers', new URLSearchParams({hashes: hash, peers: dial})).catch(() => '');
	};
	await meet();
	return {
		program,
		address: `127.0.0.1:${port}`,
		// An address that did not answer, or was let go of, it tries again after a minute.
		complete: async (ms = 150_000) =>
			void (await until('qbittorrent-nox to be complete', ms, async () => {
				if (program.ended) throw new Error('qbittorrent-nox ended');
				const {progress, state} = (await info())!;
				if (progress < 1) await meet();
				return progress === 1 && ['uploading', 'stalledUP', 'forcedUP'].includes(state);
			})),
	};
}
