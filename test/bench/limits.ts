// How exactly speed limits are kept: two engines on loopback, each in a process of its own, one limited.
// node --import=tsx test/bench/limits.ts [seconds] [rates, comma separated]
import {fork} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {Session} from '../../source/engine/session/session.ts';
import {bencode} from '../helpers/bencode.ts';
import {weightlessDisk} from '../helpers/weightless-disk.ts';

const length = 2 ** 34;
const pieceLength = 2 ** 20;

function metainfo(): string {
	const pieces = Buffer.alloc((length / pieceLength) * 20, 7);
	return bencode({info: {length, name: 'limits.bin', 'piece length': pieceLength, pieces}}).toString(
		'base64',
	);
}

function open(stateDir: string, full: boolean, limits: {maxDownload?: number; maxUpload?: number}) {
	return Session.open({
		stateDir,
		dir: stateDir,
		port: 0,
		portFixed: true,
		bind: ['127.0.0.1'],
		maxPeers: 50,
		trackers: false,
		persist: false,
		version: '0.0.0',
		log: () => {},
		openDisk: pool => weightlessDisk(pool, full),
		...limits,
	});
}

const folder = process.env['LIMITS_FOLDER'];
if (folder !== undefined) {
	const maxUpload = Number(process.env['LIMITS_UPLOAD']) || undefined;
	const session = await open(folder, true, maxUpload === undefined ? {} : {maxUpload});
	await session.send({type: 'torrent.add', metainfo: metainfo(), options: {check: 'none'}});
	const peers = process.env['LIMITS_PEER'];
	const id = (await session.send({type: 'session.list'})).torrents![0]!.id;
	if (peers) await session.send({type: 'peer.add', id, address: peers});
	process.send!(session.port);
	process.on('message', message => {
		if (message === 'stop') void session.stop().then(() => process.exit(0));
		else
			void session.send({type: 'session.list'}).then(({torrents}) => process.send!(torrents![0]!.uploaded));
	});
} else {
	const seconds = Number(process.argv[2] ?? 10);
	const rates = (process.argv[3] ?? '10e3,100e3,1e6,50e6,500e6,0').split(',').map(Number);
	console.log('direction  dialled by  limit B/s    measured B/s   error   worst 10 s   CPU s/GiB');
	for (const direction of ['download', 'upload'] as const) {
		for (const dialler of ['leecher', 'seeder'] as const) {
			for (const rate of rates) await measure(direction, dialler, rate, seconds);
		}
	}
}

async function measure(
	direction: 'download' | 'upload',
	dialler: 'leecher' | 'seeder',
	rate: number,
	seconds: number,
): Promise<void> {
	const root = mkdtempSync(join(tmpdir(), 'limits-'));
	const limited = rate > 0;
	const leecher = await open(
		join(root, 'leech'),
		false,
		direction === 'download' && limited ? {maxDownload: rate} : {},
	);
	const {id} = await leecher.send({type: 'torrent.add', metainfo: metainfo()});
	const child = fork(import.meta.filename, [], {
		execArgv: ['--import=tsx'],
		env: {
			...process.env,
			LIMITS_FOLDER: join(root, 'seed'),
			...(direction === 'upload' && limited && {LIMITS_UPLOAD: String(rate)}),
			...(dialler === 'seeder' && {LIMITS_PEER: `127.0.0.1:${leecher.port}`}),
		},
	});
	const port = await new Promise<number>(resolve =>
		child.once('message', message => resolve(message as number)),
	);
	if (dialler === 'leecher') await leecher.send({type: 'peer.add', id: id!, address: `127.0.0.1:${port}`});
	// Counted where the limit is: the other side counts whole blocks.
	const bytes = async (): Promise<number> => {
		if (direction === 'download')
			return (await leecher.send({type: 'session.list'})).torrents![0]!.downloaded;
		child.send('count');
		return new Promise(resolve => child.once('message', message => resolve(message as number)));
	};
	while ((await bytes()) === 0) await delay(5);
	await delay(limited ? 2000 : 300);
	const cpu = process.cpuUsage();
	const start = performance.now();
	const samples: Array<[number, number]> = [[0, await bytes()]];
	while (samples.at(-1)![0] < seconds) {
		await delay(250);
		samples.push([(performance.now() - start) / 1000, await bytes()]);
	}
	const [first, last] = [samples[0]!, samples.at(-1)!];
	const measured = (last[1] - first[1]) / (last[0] - first[0]);
	let worst = 0;
	for (const [at, sum] of samples) {
		const end = samples.find(sample => sample[0] >= at + 10);
		if (!end || !limited) continue;
		const error = (end[1] - sum) / (end[0] - at) / rate - 1;
		if (Math.abs(error) > Math.abs(worst)) worst = error;
	}
	const used = process.cpuUsage(cpu);
	const perGiB = (used.user + used.system) / 1e6 / ((last[1] - first[1]) / 2 ** 30);
	const percent = (part: number) => `${(part * 100).toFixed(1)} %`.padStart(8);
	console.log(
		`${direction.padEnd(9)}  ${dialler.padEnd(10)}  ${String(rate).padStart(9)}  ${measured.toFixed(0).padStart(14)}  ${limited ? percent(measured / rate - 1) : '        '}  ${percent(worst)}  ${perGiB.toFixed(2).padStart(10)}`,
	);
	child.send('stop');
	await Promise.all([leecher.stop(), new Promise(resolve => child.once('exit', resolve))]);
	rmSync(root, {recursive: true, force: true});
}
