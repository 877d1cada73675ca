import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {basename, join} from 'node:path';
import {until} from '../helpers/deadline.ts';
import {freePort} from '../helpers/ports.ts';
import {findProgram, Running} from '../helpers/processes.ts';
import {qbittorrentSettings} from '../helpers/qbittorrent.ts';
import type {Torrent} from '../helpers/torrents.ts';
import type {Workspace} from '../helpers/workspace.ts';
import {bring} from '../importer/foreign-states.ts';

/** A torrent as another client is to have it when it ends: three files wanted in different ways, the third not. */
export interface Wish {
	readonly torrent: Torrent;
	/** Its .torrent. */
	readonly path: string;
	/** Somebody with a part of it. */
	readonly seederPort: number;
	/** Has that somebody dial. */
	dial(port: number): Promise<unknown>;
	/** How many bytes, and pieces, are to be had when it is ended. */
	readonly bytes: number;
	readonly pieces: number;
}

/** What a client that was ended has left. */
export interface Left {
	/** The folder with its state. */
	readonly state: string;
	/** Where the files are. */
	readonly dir: string;
	/** The folder they go to when they are complete. */
	readonly doneDir: string;
}

const label = 'boats';
export const foreignLabel = label;
/** A link of which nobody has anything. */
export const foreignLink = `magnet:?xt=urn:btih:${'11'.repeat(20)}&dn=Unknown&tr=http%3A%2F%2F127.0.0.1%3A9%2Fannounce`;

/**
 * transmission-daemon with a folder for what is not complete, and names for that. It asks a peer for something only up to
 * 10 s after that has come, so it is given its part on the disk, and looks at that.
 */
export async function leaveTransmission(space: Workspace, wish: Wish): Promise<Left> {
	const [port, rpc] = [await freePort(), await freePort()];
	const state = space.folder('transmission');
	const [dir, doneDir] = [space.folder('incomplete'), space.folder('done')];
	writeFileSync(
		join(state, 'settings.json'),
		JSON.stringify({
			'dht-enabled': false,
			'lpd-enabled': false,
			'utp-enabled': false,
			'port-forwarding-enabled': false,
			'peer-port': port,
			'rpc-port': rpc,
			'rpc-bind-address': '127.0.0.1',
			'bind-address-ipv4': '127.0.0.1',
			'download-dir': doneDir,
			'incomplete-dir': dir,
			'incomplete-dir-enabled': true,
			'rename-partial-files': true,
		}),
	);
	mkdirSync(join(dir, 'Harbour'));
	for (const [file, name, from] of [
		['a.bin', 'a.bin.part', 0],
		// What it shares with the next file.
		['c.bin', 'c.bin.part', 189_824],
		['d.bin', 'd.bin', 0],
	] as const) {
		const bytes = readFileSync(join(wish.torrent.content.root, file));
		writeFileSync(join(dir, 'Harbour', name), bytes.fill(0, 0, from));
	}
	const daemon = new Running(space, findProgram('transmission-daemon')!, ['-f', '-g', state]);
	let session = '';
	const call = async (method: string, args: object): Promise<Record<string, unknown>> => {
		for (;;) {
			const answer = await fetch(`http://127.0.0.1:${rpc}/transmission/rpc`, {
				method: 'POST',
				headers: {'X-Transmission-Session-Id': session},
				body: JSON.stringify({method, arguments: args}),
				signal: AbortSignal.timeout(30_000),
			});
			if (answer.status !== 409)
				return ((await answer.json()) as {arguments: Record<string, unknown>}).arguments;
			session = answer.headers.get('x-transmission-session-id') ?? '';
		}
	};
	await until('transmission-daemon to answer', 30_000, () =>
		call('session-get', {}).then(Boolean, () => false),
	);
	await call('torrent-add', {filename: foreignLink});
	await call('torrent-add', {
		metainfo: readFileSync(wish.path).toString('base64'),
		'files-unwanted': [2],
		'priority-high': [1],
		'priority-low': [3],
		paused: true,
	});
	const ids = [wish.torrent.infoHash.toString('hex')];
	await call('torrent-set', {
		ids,
		labels: [label],
		seedRatioMode: 1,
		seedRatioLimit: 1.5,
		downloadLimit: 500,
		downloadLimited: true,
	});
	await call('torrent-verify', {ids});
	await until('transmission-daemon to have a part', 60_000, async () => {
		const {torrents} = await call('torrent-get', {ids, fields: ['haveValid', 'status']});
		const [{haveValid, status}] = torrents as [{haveValid: number; status: number}];
		return haveValid >= wish.bytes && status === 0;
	});
	await call('torrent-start-now', {ids});
	await until('transmission-daemon to run it', 30_000, async () => {
		const {torrents} = await call('torrent-get', {ids, fields: ['status']});
		return (torrents as [{status: number}])[0].status === 4;
	});
	await daemon.stop('SIGTERM', 30_000);
	return {state, dir, doneDir};
}

/** qbittorrent-nox; with `database` it keeps its state in SQLite. */
export async function leaveQbittorrent(space: Workspace, wish: Wish, database = false): Promise<Left> {
	const [port, web] = [await freePort(), await freePort()];
	const profile = space.folder('profile');
	const [dir, doneDir] = [space.folder('incomplete'), space.folder('done')];
	const config = space.folder('profile', 'qBittorrent', 'config');
	writeFileSync(
		join(config, 'qBittorrent.conf'),
		qbittorrentSettings(port, web, [
			'Session\\BTProtocol=TCP',
			'Session\\AddExtensionToIncompleteFiles=true',
			'Session\\TempPathEnabled=true',
			`Session\\TempPath=${dir}`,
			`Session\\DefaultSavePath=${doneDir}`,
			...(database ? ['Session\\ResumeDataStorageType=SQLite'] : []),
		]),
	);
	const program = new Running(
		space,
		findProgram('qbittorrent-nox')!,
		[`--profile=${profile}`, `--webui-port=${web}`],
		{env: {HOME: profile, XDG_CONFIG_HOME: profile, XDG_DATA_HOME: profile}},
	);
	const call = async (path: string, body?: Readonly<Record<string, string>> | FormData): Promise<string> => {
		const answer = await fetch(`http://127.0.0.1:${web}/api/v2/${path}`, {
			...(body && {method: 'POST', body: body instanceof FormData ? body : new URLSearchParams(body)}),
			signal: AbortSignal.timeout(30_000),
		});
		if (!answer.ok) throw new Error(`qbittorrent-nox answers ${path} with ${answer.status}`);
		return answer.text();
	};
	await until('qbittorrent-nox to answer', 60_000, () => call('app/version').then(Boolean, () => false));
	const hash = wish.torrent.infoHash.toString('hex');
	await call('torrents/createCategory', {category: label, savePath: ''});
	const form = new FormData();
	form.set('torrents', new Blob([readFileSync(wish.path)]), basename(wish.path));
	for (const [name, value] of Object.entries({
		paused: 'true',
		category: label,
		tags: database ? 'sea' : 'sea,wind',
		ratioLimit: '1.5',
		seedingTimeLimit: '90',
		dlLimit: '500000',
	}))
		form.set(name, value);
	await call('torrents/add', form);
	await call('torrents/add', {urls: foreignLink});
	const info = async () =>
		JSON.parse(await call(`torrents/info?hashes=${hash}`)) as Array<{num_leechs: number}>;
	await until('qbittorrent-nox to have the torrent', 30_000, async () => (await info()).length === 1);
	await call('torrents/filePrio', {hash, id: '2', priority: '0'});
	await call('torrents/filePrio', {hash, id: '1', priority: '6'});
	await call('torrents/renameFile', {hash, oldPath: 'Harbour/d.bin', newPath: 'Harbour/dee.bin'});
	await call('torrents/resume', {hashes: hash});
	let looks = 0;
	await until('qbittorrent-nox to have a part', 60_000, async () => {
		const [torrent] = await info();
		if (torrent!.num_leechs === 0 && ++looks % 50 === 1)
			await call('torrents/addPeers', {hashes: hash, peers: `127.0.0.1:${wish.seederPort}`});
		// What it calls completed may have blocks in it that are not hashed yet.
		const states = JSON.parse(await call(`torrents/pieceStates?hash=${hash}`)) as number[];
		return states.filter(state => state === 2).length >= wish.pieces;
	});
	// What it writes to the database when it ends it sometimes loses, saying that a lock was destroyed.
	if (database) {
		await call('torrents/addTags', {hashes: hash, tags: 'wind'});
		await until('qbittorrent-nox to have written it down', 30_000, async () => {
			const {torrents} = await bring('qbittorrent', join(profile, 'qBittorrent', 'data'));
			// Of its part file it writes the index only when it ends.
			return torrents.some(({have}) => have >= wish.pieces - 1);
		});
	}
	await program.stop('SIGTERM', 30_000);
	return {state: join(profile, 'qBittorrent', 'data'), dir, doneDir};
}

/** rtorrent, spoken to over its socket. */
export async function leaveRtorrent(space: Workspace, wish: Wish): Promise<Left> {
	const port = await freePort();
	const [state, dir] = [space.folder('session'), space.folder('data')];
	const socket = space.path('rpc');
	writeFileSync(
		space.path('rtorrent.rc'),
		[
			`session.path.set = ${state}`,
			`directory.default.set = ${dir}`,
			`network.port_range.set = ${port}-${port}`,
			'network.port_random.set = no',
			'network.bind_address.set = 127.0.0.1',
			'dht.mode.set = off',
			'protocol.pex.set = no',
			'trackers.use_udp.set = no',
			'system.daemon.set = true',
			`network.scgi.open_local = ${socket}`,
			'',
		].join('\n'),
	);
	const program = new Running(
		space,
		findProgram('rtorrent')!,
		['-n', '-o', `import=${space.path('rtorrent.rc')}`],
		{env: {TERM: 'xterm', HOME: space.dir}},
	);
	const call = (method: string, ...args: ReadonlyArray<string | number>): Promise<string> => {
		const value = (arg: string | number) =>
			typeof arg === 'number' ? `<i4>${arg}</i4>` : `<string>${arg}</string>`;
		const params = args.map(arg => `<param><value>${value(arg)}</value></param>`).join('');
		const body = `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${params}</params></methodCall>`;
		const head = `CONTENT_LENGTH\0${body.length}\0SCGI\x001\0`;
		return new Promise((resolve, reject) => {
			let answer = '';
			const line = connect(socket, () => line.write(`${head.length}:${head},${body}`));
			line.setTimeout(30_000, () => line.destroy(new Error('no answer')));
			line.on('data', chunk => {
				answer += chunk;
			});
			line.on('error', reject);
			line.on('end', () => resolve(answer));
		});
	};
	await until('rtorrent to answer', 30_000, () => call('system.pid').then(Boolean, () => false));
	const hash = wish.torrent.infoHash.toString('hex').toUpperCase();
	await call('load.normal', '', wish.path, `d.custom1.set=${label}`);
	await until('rtorrent to have the torrent', 30_000, async () =>
		(await call('d.name', hash)).includes('Harbour'),
	);
	await call('f.priority.set', `${hash}:f2`, 0);
	await call('f.priority.set', `${hash}:f1`, 2);
	await call('d.update_priorities', hash);
	await call('d.tracker.insert', hash, 1, 'http://127.0.0.1:9/added');
	await call('d.start', hash);
	await until('rtorrent to have a part', 60_000, async () => {
		const number = async (method: string) => Number(/<i[48]>(\d+)/.exec(await call(method, hash))?.[1]);
		if ((await number('d.is_active')) === 1 && (await number('d.peers_connected')) === 0)
			await wish.dial(port);
		return (await number('d.completed_bytes')) >= wish.bytes;
	});
	await program.stop('SIGINT', 30_000);
	return {state, dir, doneDir: dir};
}

/** Whether this machine has the Python of Deluge. */
export function noDeluge(): string | false {
	const probe = spawnSync('/usr/bin/python3', ['-c', 'import deluge.ui.client'], {stdio: 'ignore'});
	return probe.status !== 0 && "Deluge's client is not installed";
}

/** deluged, with its plug-in for labels. */
export async function leaveDeluge(space: Workspace, wish: Wish): Promise<Left> {
	const [port, door] = [await freePort(), await freePort()];
	const state = space.folder('deluge');
	const [dir, doneDir] = [space.folder('data'), space.folder('done')];
	writeFileSync(join(state, 'auth'), 'tester:secret:10\n');
	const core = {
		listen_ports: [port, port],
		random_port: false,
		listen_interface: '127.0.0.1',
		dht: false,
		lsd: false,
		upnp: false,
		natpmp: false,
		utpex: false,
		download_location: dir,
		enabled_plugins: ['Label'],
		new_release_check: false,
	};
	writeFileSync(join(state, 'core.conf'), `{"file":1,"format":1}${JSON.stringify(core)}`);
	const daemon = new Running(space, findProgram('deluged')!, ['-d', '-c', state, '-p', `${door}`], {
		env: {HOME: space.dir},
	});
	const call = (...calls: unknown[][]): unknown[] | undefined => {
		const script = join(import.meta.dirname, '../helpers/deluge-client.py');
		const {stdout} = spawnSync('/usr/bin/python3', [script, `${door}`, 'tester', 'secret'], {
			input: JSON.stringify(calls),
			encoding: 'utf8',
			env: {...process.env, HOME: space.dir},
			timeout: 30_000,
		});
		return stdout === '' ? undefined : (JSON.parse(stdout) as unknown[]);
	};
	const answers = () =>
		new Promise<boolean>(resolve => {
			const line = connect(door, '127.0.0.1', () => {
				line.destroy();
				resolve(true);
			});
			line.on('error', () => resolve(false));
		});
	await until('deluged to listen', 30_000, answers);
	const hash = wish.torrent.infoHash.toString('hex');
	const options = {
		file_priorities: [4, 7, 0, 1],
		max_download_speed: 500,
		stop_at_ratio: true,
		stop_ratio: 1.5,
		move_completed: true,
		move_completed_path: doneDir,
	};
	call(
		['core.add_torrent_file', basename(wish.path), readFileSync(wish.path).toString('base64'), options],
		['core.add_torrent_magnet', foreignLink, {}],
		['label.add', label],
		['label.set_torrent', hash, label],
		['core.rename_files', hash, [[3, 'Harbour/dee.bin']]],
	);
	await until(
		'deluged to have a part',
		60_000,
		async () => {
			const [status] = call(['core.get_torrent_status', hash, ['pieces', 'num_peers']]) ?? [];
			const {pieces, num_peers: peers} = (status ?? {}) as {pieces?: number[] | null; num_peers?: number};
			if (peers === 0) await wish.dial(port);
			// 3: it is here, and right.
			return (pieces?.filter(state => state === 3).length ?? 0) >= wish.pieces;
		},
		200,
	);
	await daemon.stop('SIGTERM', 30_000);
	return {state, dir, doneDir};
}
