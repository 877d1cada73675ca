import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
	closeSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readSync,
	rmSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {bencode} from '../../helpers/bencode.ts';
import {freePort, hasAddress} from '../../helpers/ports.ts';
import {seededRandom} from '../../helpers/seeded-random.ts';
import {
	bytesFrom,
	type Content,
	kibibyte,
	makeTorrent,
	mebibyte,
	type Torrent,
} from '../../helpers/torrents.ts';
import {cli, node} from '../../helpers/tortui.ts';
import {ThirstyPeers} from '../thirsty-peers.ts';
import {type ClientRun, type ComparedClient, clients, requestsFor, whyUnable} from './clients.ts';
import {forgetCached, isOnDisk} from './cold-file.ts';
import {CountingTracker, type PeerPlace} from './counting-tracker.ts';
import {type Launch, MeasuredProcess} from './measured-process.ts';
import type {Outcome} from './report.ts';
import {needs, type Row} from './rows.ts';
import {launchWebServer} from './web-server.ts';

/** In ms; what takes longer, and than it takes at a slow rate, in MiB/s, has failed. */
const patience = 40_000;
const slowest = 16;
/** In ms, in which a client may write the last of what it says that it has. */
const lastWrites = 300;

/** What a row is about: on the disk, and its hash. */
interface Compared {
	readonly torrent: string;
	readonly dir: string;
	readonly file: string;
	/** SHA-1 of all of it, in hex; undefined when there is nothing on the disk. */
	readonly hash: string | undefined;
	readonly size: number;
	/** Of v1 alone. */
	readonly made: Torrent | undefined;
	/** Where a web server has to be. */
	readonly webPort: number | undefined;
	/** Who gives it, or takes it. */
	readonly counterpart: ComparedClient;
	/** In ms. */
	readonly limit: number;
}

/** SHA-1 of a file, in hex; undefined when there is none. */
function hashOf(path: string): string | undefined {
	const hash = createHash('sha1');
	const buffer = Buffer.alloc(mebibyte);
	try {
		const file = openSync(path, 'r');
		for (let read = -1; read !== 0; ) {
			read = readSync(file, buffer);
			hash.update(buffer.subarray(0, read));
		}
		closeSync(file);
	} catch {
		return undefined;
	}
	return hash.digest('hex');
}

/** One file of random bytes, a part at a time: it may be larger than what memory there is to spare. */
function writeLarge(dir: string, name: string, length: number): Content {
	const root = join(dir, name);
	const file = openSync(root, 'w');
	const part = 16 * mebibyte;
	for (let at = 0; at < length; at += part)
		writeSync(file, bytesFrom(`${name}@${at}`, Math.min(part, length - at)));
	closeSync(file);
	return {name, root, dir, files: [{path: [], length}], length};
}

/** Measures clients, one run at a time, in a folder that is somebody else's to remove. */
export class Comparison {
	readonly #folder: string;
	/** As `#folder`, for what is to be on a disk. */
	readonly #disk: string;
	readonly #tracker: CountingTracker;
	#content: Compared | undefined;

	private constructor(folder: string, disk: string, tracker: CountingTracker) {
		this.#folder = folder;
		this.#disk = disk;
		this.#tracker = tracker;
	}

	static async open({folder, disk}: {readonly folder: string; readonly disk: string}): Promise<Comparison> {
		return new Comparison(folder, disk, await CountingTracker.open());
	}

	close(): void {
		this.#tracker.close();
	}

	/** Makes what a row is about; what the one before was about is removed. */
	async prepare(row: Row): Promise<void> {
		for (const folder of [this.#folder, this.#disk])
			rmSync(join(folder, 'whole'), {recursive: true, force: true});
		const dir = join(row.isCold ? this.#disk : this.#folder, 'whole');
		mkdirSync(dir);
		const torrent = join(this.#folder, `${row.name}.torrent`);
		const size = row.size * mebibyte;
		const limit = patience + ((row.size * (row.leechers ?? 1)) / slowest) * 1000;
		const counterpart = counterpartFor(row);
		if (row.files !== undefined) {
			writeFileSync(torrent, manyFiles(row.files, size, row.piece * kibibyte, this.#tracker.url));
			const nothing = {file: '', hash: undefined, made: undefined, webPort: undefined};
			this.#content = {torrent, dir, ...nothing, size, counterpart, limit};
			return;
		}
		const content = writeLarge(dir, 'compared.bin', size);
		const webPort = row.isFromWeb ? await freePort() : undefined;
		const made = this.#describe(row, content, torrent, webPort);
		const hash = hashOf(content.root);
		this.#content = {torrent, dir, file: 'compared.bin', hash, size, made, webPort, counterpart, limit};
	}

	#describe(row: Row, content: Content, torrent: string, webPort: number | undefined): Torrent | undefined {
		const webSeeds = webPort === undefined ? [] : [`http://127.0.0.1:${webPort}/`];
		if (row.version === undefined) {
			const made = makeTorrent(content, row.piece * kibibyte);
			made.write(torrent, [this.#tracker.url], webSeeds);
			return made;
		}
		const options = [`--${row.version}`, '--private', '-l', `${row.piece}K`, '-t', this.#tracker.url];
		const output = ['-o', torrent, '--force', '--state-dir', this.#folder];
		const args = [cli, 'create', content.root, ...options, ...output];
		const {status, stderr} = spawnSync(node, args, {encoding: 'utf8'});
		if (status !== 0) throw new Error(`no ${row.version} torrent could be made: ${stderr}`);
		return undefined;
	}

	/** Measures a client once; never rejects because of what a client does. */
	async run(row: Row, client: ComparedClient): Promise<Outcome> {
		const unable = whyUnable(client, needs(row));
		if (unable !== undefined) return {client: client.name, trouble: unable};
		const work = mkdtempSync(join(this.#folder, 'run-'));
		const processes: MeasuredProcess[] = [];
		const launch = async (what: Launch, dir: string): Promise<MeasuredProcess> => {
			const started = new MeasuredProcess(what, dir, join(work, `log-${processes.length}`));
			processes.push(started);
			// What it asks ends with the program, when that does not answer.
			const asked = what.after?.().catch(() => {});
			if (asked !== undefined)
				await Promise.race([asked, delay(this.#content!.limit, undefined, {ref: false})]);
			return started;
		};
		const start = async (which: ComparedClient, run: ClientRun): Promise<MeasuredProcess> => {
			mkdirSync(run.work, {recursive: true});
			return launch(await which.launch(run), run.work);
		};
		const place = (host: string, mode: ClientRun['mode'], dir: string, name: string) =>
			freePort().then(
				(port): ClientRun => ({
					mode,
					torrent: this.#content!.torrent,
					dir,
					host,
					port,
					work: join(work, name),
					requests: requestsFor(client),
					wire: row.wire ?? 'tcp',
				}),
			);
		try {
			const {webPort, dir} = this.#content!;
			if (webPort !== undefined) {
				mkdirSync(join(work, 'web'));
				const server = await launch(launchWebServer(dir, webPort, join(work, 'web')), join(work, 'web'));
				await listening(server, {host: '127.0.0.1', port: webPort});
			}
			const figures = await this.#measure(row, client, {start, place, out: join(work, 'out')});
			return {client: client.name, ...figures};
		} catch (error) {
			return {client: client.name, trouble: (error as Error).message};
		} finally {
			await Promise.all(processes.map(process => process.end()));
			rmSync(work, {recursive: true, force: true, maxRetries: 5});
		}
	}

	async #measure(row: Row, client: ComparedClient, ground: Ground): Promise<Omit<Outcome, 'client'>> {
		mkdirSync(ground.out);
		switch (row.kind) {
			case 'leech':
				return this.#leech(row, client, ground);
			case 'open':
				return this.#open(client, ground);
			default:
				return this.#seed(row, client, ground);
		}
	}

	async #leech(row: Row, client: ComparedClient, ground: Ground): Promise<Omit<Outcome, 'client'>> {
		const {dir, file, hash, size, counterpart, limit} = this.#content!;
		if (client.isDialled && row.seeders > 0 && counterpart.name !== 'libtorrent')
			throw new Error('it does not dial this machine: it needs a libtorrent that dials it');
		const seeders: MeasuredProcess[] = [];
		const places: PeerPlace[] = [];
		const hosts = Array.from({length: row.seeders}, (_, n) => `127.0.0.${n + 2}`);
		const together = row.together && counterpart.manyPeers && !client.isDialled;
		for (const [host, ...others] of together ? [hosts] : hosts.map(each => [each])) {
			for (const each of [host!, ...others])
				if (!(await hasAddress(each))) throw new Error(`this machine has no address ${each}`);
			this.#tracker.expect([]);
			const run = {...(await ground.place(host!, 'serve', dir, `seeder-${host}`)), others};
			seeders.push(await ground.start(counterpart, run));
			// The last of many is there when all are.
			await listening(seeders.at(-1)!, {host: others.at(-1) ?? host!, port: run.port});
			for (const each of [host!, ...others]) places.push({host: each, port: run.port});
		}
		this.#tracker.expect(places);
		const run = await ground.place('127.0.0.1', 'leech', ground.out, 'client');
		const measured = await ground.start(client, run);
		if (client.isDialled) for (const seeder of seeders) seeder.dial(run.host, run.port);
		const at = await measured.complete(limit);
		if (at === undefined) throw new Error(whyNot(measured));
		const {cpu, memory, startedAt} = measured;
		const {announcedAt} = this.#tracker;
		const first = Math.min(...seeders.map(({firstAt}) => firstAt ?? Number.POSITIVE_INFINITY));
		await delay(lastWrites);
		return {
			wall: (at - startedAt) / 1000,
			rate: rate(size, Number.isFinite(first) ? first : startedAt, at),
			cpu,
			memory,
			announce: announcedAt === undefined ? undefined : (announcedAt - startedAt) / 1000,
			right: hashOf(join(ground.out, file)) === hash,
		};
	}

	async #open(client: ComparedClient, ground: Ground): Promise<Omit<Outcome, 'client'>> {
		const {limit} = this.#content!;
		this.#tracker.expect([]);
		const measured = await ground.start(
			client,
			await ground.place('127.0.0.1', 'leech', ground.out, 'client'),
		);
		const at = await measured.wait(limit, () => this.#tracker.announcedAt);
		if (at === undefined) throw new Error(whyNot(measured));
		const {cpu, startedAt} = measured;
		await delay(1000);
		return {wall: (at - startedAt) / 1000, cpu, memory: measured.memory};
	}

	/** The client checks what is there, and, where it is to seed, others take it from it. */
	async #seed(row: Row, client: ComparedClient, ground: Ground): Promise<Omit<Outcome, 'client'>> {
		const {dir, file, size, limit} = this.#content!;
		if (row.isCold && !isOnDisk(dir)) throw new Error(`${dir} is memory: set TMPDIR to a folder on a disk`);
		this.#tracker.expect([]);
		const trusts = row.isCold === true && client.trusts === true;
		const run = await ground.place('127.0.0.1', trusts ? 'trust' : 'seed', dir, 'client');
		const measured = await ground.start(client, run);
		if (trusts) await listening(measured, run);
		else if ((await measured.complete(limit)) === undefined) throw new Error(whyNot(measured));
		const {startedAt} = measured;
		if (row.kind === 'recheck') {
			const {doneAt, cpu, memory} = measured;
			return {wall: (doneAt! - startedAt) / 1000, cpu, memory};
		}
		const takers = row.isRandom ? undefined : await this.#takers(row, ground, run);
		await delay(lastWrites);
		if (row.isCold) {
			const kept = forgetCached(join(dir, file), size);
			if (kept !== undefined) throw new Error(kept);
		}
		const {cpu: before = 0} = measured;
		const {from, first, to, right} =
			takers === undefined ? await this.#takeBlocks(row, run, measured) : await takers(measured);
		const {cpu, memory} = measured;
		return {
			wall: (to - from) / 1000,
			rate: rate(size * (row.leechers ?? 1), first, to),
			cpu: cpu === undefined ? undefined : cpu - before,
			memory,
			right: right?.(),
		};
	}

	/** Those who will take it: what is answered lets them begin, and waits until all have it. Many are started ahead. */
	async #takers({leechers = 1}: Row, {out, place, start}: Ground, run: ClientRun) {
		const {file, hash, counterpart, limit} = this.#content!;
		const isDialling = leechers > 1 && counterpart.name === 'libtorrent';
		const all: MeasuredProcess[] = [];
		const begin = async (n: number): Promise<void> => {
			const host = `127.0.0.${n + 2}`;
			if (!(await hasAddress(host))) throw new Error(`this machine has no address ${host}`);
			mkdirSync(join(out, `${n}`));
			all.push(await start(counterpart, await place(host, 'leech', join(out, `${n}`), `taker-${n}`)));
		};
		if (isDialling) {
			for (let n = 0; n < leechers; n++) await begin(n);
			for (const taker of all)
				if (!(await taker.wait(limit, () => taker.ready || undefined)))
					throw new Error(`who was to take it: ${whyNot(taker)}`);
		}
		return async (measured: MeasuredProcess): Promise<Taken> => {
			const from = performance.now();
			this.#tracker.expect([run]);
			if (isDialling) for (const taker of all) taker.dial(run.host, run.port);
			else for (let n = 0; n < leechers; n++) await begin(n);
			await measured.wait(
				limit,
				() => all.every(({doneAt, ended}) => doneAt !== undefined || ended) || undefined,
			);
			const late = all.find(({doneAt}) => doneAt === undefined);
			if (late !== undefined) throw new Error(`who was to take it: ${whyNot(late)}`);
			const first = Math.min(...all.map(({firstAt, startedAt}) => firstAt ?? Math.max(startedAt, from)));
			const to = Math.max(...all.map(({doneAt}) => doneAt!));
			await delay(lastWrites);
			const right = () => all.every((_, n) => hashOf(join(out, `${n}`, file)) === hash);
			return {from, first, to, right};
		};
	}

	/** Peers of our own ask for blocks by lot until as much has come as all of it for each. */
	async #takeBlocks({leechers = 1}: Row, {port}: ClientRun, measured: MeasuredProcess): Promise<Taken> {
		const {made, size, limit} = this.#content!;
		const from = performance.now();
		const peers = new ThirstyPeers(port, made!, leechers, 'blocks by lot', seededRandom(leechers));
		const taken = () => peers.taken.reduce((sum, bytes) => sum + bytes, 0);
		try {
			let first: number | undefined;
			const to = await measured.wait(limit, () => {
				if (taken() > 0) first ??= performance.now();
				return taken() >= size * leechers ? performance.now() : undefined;
			});
			if (to === undefined) throw new Error('it did not give as much in time');
			return {from, first: first ?? from, to, right: undefined};
		} finally {
			peers.close();
		}
	}
}

/** When it was taken, by `performance.now()`: from the first byte on, and to the last. */
interface Taken {
	readonly from: number;
	readonly first: number;
	readonly to: number;
	/** Whether all have what was to be given. */
	readonly right: (() => boolean) | undefined;
}

/** What a run stands on. */
interface Ground {
	/** An empty folder for what is downloaded. */
	readonly out: string;
	start(client: ComparedClient, run: ClientRun): Promise<MeasuredProcess>;
	place(host: string, mode: ClientRun['mode'], dir: string, name: string): Promise<ClientRun>;
}

function rate(bytes: number, from: number, to: number): number {
	return bytes / mebibyte / (Math.max(1, to - from) / 1000);
}

function whyNot(process: MeasuredProcess): string {
	const why = process.ended ? 'it ended' : 'it was not done in time';
	return process.complaint === '' ? why : `${why}: ${process.complaint}`;
}

/** Waits until somebody is to be met there. */
async function listening(process: MeasuredProcess, {host, port}: PeerPlace): Promise<void> {
	const asked = () =>
		new Promise<boolean>(resolve => {
			const socket = connect(port, host);
			socket.once('connect', () => resolve(true));
			socket.once('error', () => resolve(false));
			socket.once('close', () => resolve(false));
			socket.setTimeout(1000, () => socket.destroy());
			socket.once('connect', () => socket.destroy());
		});
	for (let round = 0; round < 2000 && !process.ended; round++) {
		if (process.ready || (await asked())) return;
		await delay(10);
	}
	throw new Error(`who was to give it: ${whyNot(process)}`);
}

/** Metadata alone, of many files in folders. */
function manyFiles(files: number, size: number, pieceLength: number, tracker: string): Buffer {
	const each = Math.floor(size / files);
	return bencode({
		announce: tracker,
		info: {
			files: Array.from({length: files}, (_, n) => ({
				length: each,
				path: [`folder ${Math.floor(n / 100)}`, `file ${n}.bin`],
			})),
			name: 'many',
			'piece length': pieceLength,
			pieces: Buffer.alloc(20 * Math.ceil((each * files) / pieceLength), 7),
			private: 1,
		},
	});
}

/** Who is on the other side in a row: libtorrent where there is one, else aria2, else tortui itself. */
export function counterpartFor(row: Row): ComparedClient {
	const order = ['libtorrent', 'aria2', 'tortui'];
	const able = clients.filter(
		client =>
			order.includes(client.name) &&
			client.absent() === undefined &&
			whyUnable(client, needs(row)) === undefined,
	);
	return able.sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name))[0]!;
}
