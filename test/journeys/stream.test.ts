import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {request} from 'node:http';
import {connect, type Socket} from 'node:net';
import test from 'node:test';
import {BackgroundEngine} from '../helpers/background-engine.ts';
import {until, within} from '../helpers/deadline.ts';
import {missing, Running, run} from '../helpers/processes.ts';
import {openTestSession} from '../helpers/sessions.ts';
import {cli, node, startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const seconds = 24;

/** A film of 24 s whose index is at its end, as cameras write them. */
function film(space: Workspace): string {
	const path = space.path('film.mp4');
	const {status, stderr} = spawnSync('ffmpeg', [
		...['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=25:duration=${seconds}`],
		...['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`],
		...['-c:v', 'mpeg4', '-b:v', '1200k', '-minrate', '1200k', '-maxrate', '1200k', '-bufsize', '1200k'],
		...['-g', '25', '-c:a', 'aac', path],
	]);
	assert.equal(status, 0, `${stderr}`);
	return path;
}

/** mpv, without a window or sound, told what to do and asked how it does over its socket. */
class Mpv {
	readonly program: Running;
	/** Names of what happened, in order: `playback-restart`, `waits`, `goes on` … */
	readonly events: string[] = [];
	readonly #socket: Socket;

	private constructor(program: Running, socket: Socket) {
		this.program = program;
		this.#socket = socket;
		let text = '';
		socket.on('data', bytes => {
			text += bytes;
			const lines = text.split('\n');
			text = lines.pop()!;
			for (const line of lines) {
				const {event, name, data} = JSON.parse(line);
				if (name === 'paused-for-cache') this.events.push(data ? 'waits' : 'goes on');
				else if (event !== undefined && name === undefined) this.events.push(event);
			}
		});
		socket.on('error', () => {});
		this.tell('observe_property', 1, 'paused-for-cache');
	}

	static async play(space: Workspace, url: string): Promise<Mpv> {
		const path = space.path('mpv.socket');
		const program = new Running(space, 'mpv', [
			...['--no-config', '--vo=null', '--ao=null', '--idle=yes', '--cache=yes', '--cache-pause-wait=1'],
			`--input-ipc-server=${path}`,
		]);
		const socket = await until('mpv to listen', 15_000, async () => {
			const dialled = connect(path);
			return new Promise<Socket | undefined>(resolve => {
				dialled.once('connect', () => resolve(dialled));
				dialled.once('error', () => resolve(undefined));
			});
		});
		const mpv = new Mpv(program, socket);
		mpv.tell('loadfile', url);
		return mpv;
	}

	tell(...command: unknown[]): void {
		this.#socket.write(`${JSON.stringify({command})}\n`);
	}

	/** Waits until this has happened once more; answers how long that took. */
	async next(event: string, ms: number): Promise<number> {
		const count = () => this.events.filter(name => name === event).length;
		const [before, from] = [count(), performance.now()];
		await until(
			() => `${event} after ${this.events}`,
			ms,
			() => count() > before,
			5,
		);
		return performance.now() - from;
	}
}

/** Reads so many bytes of a URL. */
function read(url: string, length: number): Promise<Buffer> {
	return within(
		90_000,
		'the beginning',
		new Promise((resolve, reject) => {
			const parts: Buffer[] = [];
			request(url, {agent: false, headers: {range: `bytes=0-${length - 1}`}}, answer => {
				answer.on('data', part => parts.push(part));
				answer.on('error', reject);
				answer.on('end', () => resolve(Buffer.concat(parts)));
			})
				.on('error', reject)
				.end();
		}),
	);
}

test('mpv plays a film from slow seeders while it downloads, and goes on soon after a seek; another reads meanwhile', {
	skip: missing('mpv', 'ffmpeg'),
}, async t => {
	const space = new Workspace(t);
	const bytes = readFileSync(film(space));
	await run(space, node, [
		cli,
		'create',
		space.path('film.mp4'),
		'-l',
		'64K',
		'-o',
		space.path('film.torrent'),
	]);
	const metainfo = readFileSync(space.path('film.torrent')).toString('base64');
	// Together half as fast again as the film is.
	const rate = bytes.length / seconds;
	const peers: string[] = [];
	for (const share of [0.7, 0.5, 0.3]) {
		const seeder = await openTestSession(space, `seeder-${share}`, {maxUpload: Math.ceil(rate * share)});
		await seeder.send({type: 'torrent.add', metainfo, options: {dir: space.dir}});
		peers.push(...['--peer', `127.0.0.1:${seeder.port}`]);
	}
	await BackgroundEngine.start(space, 'state');
	const stream = startTortui(space, [
		...['stream', space.path('film.torrent'), '-d', space.folder('here'), '--print', ...peers],
		...['--state-dir', space.path('state')],
	]);
	const {0: url} = await stream.output(/http:\S+film\.mp4/, 20_000);
	const mpv = await Mpv.play(space, url);
	const started = await mpv.next('playback-restart', 20_000);
	const third = Math.floor(bytes.length / 3);
	const other = read(url, third);
	other.catch(() => {});
	mpv.tell('seek', 80, 'absolute-percent');
	const sought = await mpv.next('playback-restart', 20_000);
	// By chance alone what it needs would be there after most of the download.
	assert.ok(sought < 10_000, `${sought} ms after a seek`);
	t.diagnostic(`began after ${Math.round(started)} ms, went on ${Math.round(sought)} ms after a seek`);
	mpv.tell('quit');
	assert.equal((await mpv.program.end(10_000)).code, 0);
	assert.ok((await other).equals(bytes.subarray(0, third)));
});
