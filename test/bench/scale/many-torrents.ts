// So many idle seeded torrents in one engine. The arguments say how many, and a folder that they are to stay in.
import {closeSync, existsSync, ftruncateSync, mkdirSync, openSync} from 'node:fs';
import {join} from 'node:path';
import {openRpc} from '../../../source/bridge/rpc/open-rpc.ts';
import {machineClock} from '../../../source/io/machine/clock.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {findProgram} from '../../helpers/processes.ts';
import {openBenchSession} from '../open-session.ts';
import {Figured, mebibytes, memoryNow, soon} from './figures.ts';
import {measureScreen} from './screen.ts';

const count = Number(process.argv[2]);
const folder = process.argv[3]!;
const pieces = 200;
const pieceLength = 262_144;
const figured = new Figured();
const data = join(folder, 'data');

const open = () =>
	openBenchSession(folder, {
		stateDir: join(folder, 'state'),
		dir: data,
		persist: true,
		queue: {downloads: undefined, seeds: undefined, total: 2 * count},
	});

function metainfoOf(n: number): Uint8Array {
	const name = `torrent ${n}`;
	const file = openSync(join(data, name), 'w');
	ftruncateSync(file, pieces * pieceLength);
	closeSync(file);
	const info = {
		length: pieces * pieceLength,
		name,
		'piece length': pieceLength,
		pieces: new Uint8Array(20 * pieces),
	};
	return encodeBencode({info});
}

mkdirSync(data, {recursive: true});
const torrents = Array.from({length: count}, (_, n) => metainfoOf(n));
const first = await open();
const seeding = (session: typeof first) => async () =>
	(await session.send({type: 'session.list', reasons: false})).torrents!.filter(
		({state}) => state === 'seeding',
	).length === count;
await figured.timed('add', async () => {
	const left = torrents.values();
	const addSome = async () => {
		for (const metainfo of left) await first.send({type: 'torrent.add', metainfo, options: {check: 'none'}});
	};
	// What waits for the disk is to wait together.
	await Promise.all(Array.from({length: 32}, addSome));
	await soon('all to seed', seeding(first));
});
await figured.timed('end', () => first.stop());
torrents.length = 0;
const before = memoryNow();
const session = await figured.timed('start from kept', async () => {
	const again = await open();
	await soon('all to seed again', seeding(again));
	return again;
});
figured.put('each', `${Math.round((memoryNow() - before) / count / 1024)} KiB`);
figured.put('memory', mebibytes(memoryNow()));
await figured.share('idle', 4000);
const fixed = {dht: false, pex: true, lsd: false, utp: false, portMap: false, encryption: 'off'} as const;
const rpc = await openRpc(
	{where: {host: '127.0.0.1', port: 0}, hosts: []},
	{engine: session, clock: machineClock, fixed, stateDir: join(folder, 'state')},
);
const fields =
	'id name status percent_done rate_download rate_upload eta error_string labels total_size'.split(' ');
const question = JSON.stringify({jsonrpc: '2.0', id: 1, method: 'torrent_get', params: {fields}});
const ask = async (key: string) => {
	const url = `http://127.0.0.1:${'port' in rpc.where ? rpc.where.port : 0}/transmission/rpc`;
	const answer = await fetch(url, {
		method: 'POST',
		headers: {'x-transmission-session-id': key},
		body: question,
	});
	return {key: answer.headers.get('x-transmission-session-id') ?? key, text: await answer.text()};
};
const {key} = await ask('');
await ask(key);
await figured.timed('RPC of all', () => ask(key));
await rpc.close();
const cpu = process.cpuUsage();
const began = performance.now();
let updates = 0;
const watching = session.watch({interval: 250, session: true, torrents: true}, () => updates++);
await new Promise(resolve => setTimeout(resolve, 3000));
const {user, system} = process.cpuUsage(cpu);
watching.stop();
figured.put('watched', `${((user + system) / 10 / (performance.now() - began)).toFixed(1)} %`);
await session.stop();
if (existsSync('/proc/self/stat') && findProgram('script') !== undefined)
	await measureScreen(join(folder, 'state'), count, figured);
figured.say();
process.exit();
