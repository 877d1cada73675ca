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
import {bytesFrom, type Content, kibibyte, makeTorrent, mebibyte} from '../../helpers/torrents.ts';
import {type ClientRun, type ComparedClient, clients, requestsFor} from './clients.ts';
import {CountingTracker, type PeerPlace} from './counting-tracker.ts';
import {MeasuredProcess} from './measured-process.ts';
import type {Outcome} from './report.ts';
import type {Row} from './rows.ts';

/** In ms; what takes longer has failed. */
const limit = 120_000;
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
	readonly #tracker: CountingTracker;
	/** Who gives data to those that are measured, and takes it from them. */
	readonly #counterpart: ComparedClient;
	#content: Compared | undefined;

	private constructor(folder: string, tracker: CountingTracker, counterpart: ComparedClient) {
		this.#folder = folder;
		this.#tracker = tracker;
		this.#counterpart = counterpart;
	}

	static async open(folder: string, counterpart: ComparedClient): Promise<Comparison> {
		return new Comparison(folder, await CountingTracker.open(), counterpart);
	}

	close(): void {
		this.#tracker.close();
	}

	/** Makes what a row is about; what the one before was about is removed. */
	prepare(row: Row): void {
		const dir = join(this.#folder, 'whole');
		rmSync(dir, {recursive: true, force: true});
		mkdirSync(dir);
		const torrent = join(this.#folder, `${row.name}.torrent`);
		const size = row.size * mebibyte;
		if (row.files !== undefined) {
			writeFileSync(torrent, manyFiles(row.files, size, row.piece * kibibyte, this.#tracker.url));
			this.#content = {torrent, dir, file: '', hash: undefined, size};
			return;
		}
		const content = writeLarge(dir, 'compared.bin', size);
		makeTorrent(content, row.piece * kibibyte).write(torrent, [this.#tracker.url]);
		this.#content = {torrent, dir, file: 'compared.bin', hash: hashOf(content.root), size};
	}

	/** Measures a client once; never rejects because of what a client does. */
	async run(row: Row, client: ComparedClient): Promise<Outcome> {
		const work = mkdtempSync(join(this.#folder, 'run-'));
		const processes: MeasuredProcess[] = [];
		const start = async (which: ComparedClient, run: ClientRun): Promise<MeasuredProcess> => {
			mkdirSync(run.work, {recursive: true});
			const launch = await which.launch(run);
			const started = new MeasuredProcess(launch, run.work, join(work, `log-${processes.length}`));
			processes.push(started);
			await launch.after?.().catch(() => {});
			return started;
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
				}),
			);
		try {
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
		const {dir, file, hash, size} = this.#content!;
		if (client.isDialled && this.#counterpart.name !== 'libtorrent')
			throw new Error('it does not dial this machine: it needs a libtorrent that dials it');
		const seeders: MeasuredProcess[] = [];
		const places: PeerPlace[] = [];
		for (let n = 0; n < row.seeders; n++) {
			const host = `127.0.0.${n + 2}`;
			if (!(await hasAddress(host))) throw new Error(`this machine has no address ${host}`);
			this.#tracker.expect([]);
			const run = await ground.place(host, 'serve', dir, `seeder-${n}`);
			seeders.push(await ground.start(this.#counterpart, run));
			await listening(seeders.at(-1)!, run);
			places.push(run);
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

	/** The client checks what is there, and, where it is to seed, another takes it from it. */
	async #seed(row: Row, client: ComparedClient, ground: Ground): Promise<Omit<Outcome, 'client'>> {
		const {dir, file, hash, size} = this.#content!;
		this.#tracker.expect([]);
		const run = await ground.place('127.0.0.1', 'seed', dir, 'client');
		const measured = await ground.start(client, run);
		const checked = await measured.complete(limit);
		if (checked === undefined) throw new Error(whyNot(measured));
		const {cpu: before = 0, startedAt} = measured;
		if (row.kind === 'recheck')
			return {wall: (checked - startedAt) / 1000, cpu: measured.cpu, memory: measured.memory};
		await delay(lastWrites);
		this.#tracker.expect([run]);
		const taker = await ground.place('127.0.0.2', 'leech', ground.out, 'taker');
		const other = await ground.start(this.#counterpart, taker);
		const at = await other.complete(limit);
		if (at === undefined) throw new Error(`who was to take it: ${whyNot(other)}`);
		const {cpu, memory} = measured;
		await delay(lastWrites);
		return {
			wall: (at - other.startedAt) / 1000,
			rate: rate(size, other.firstAt ?? other.startedAt, at),
			cpu: cpu === undefined ? undefined : cpu - before,
			memory,
			right: hashOf(join(ground.out, file)) === hash,
		};
	}
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

/** Who is to be on the other side: libtorrent where there is one, else aria2, else tortui itself. */
export function chooseCounterpart(): ComparedClient {
	const order = ['libtorrent', 'aria2', 'tortui'];
	const able = clients.filter(client => client.serves && client.absent() === undefined);
	return able.sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name))[0]!;
}
