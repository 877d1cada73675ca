// One torrent of so many files. The first argument says how many.
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Update} from '../../../source/api/snapshot.ts';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.ts';
import {openBenchSession} from '../open-session.ts';
import {Figured, soon} from './figures.ts';

const files = Number(process.argv[2]);
const pieceLength = 65_536;
const figured = new Figured();
const folder = mkdtempSync(join(tmpdir(), 'tortui-bench-'));
try {
	mkdirSync(join(folder, 'data'));
	const info = {
		files: Array.from({length: files}, (_, n) => ({
			length: 10_000 + (n % 1000),
			path: [`folder ${Math.floor(n / 100)}`, `file ${n}.jpg`],
		})),
		name: 'many',
		'piece length': pieceLength,
		pieces: new Uint8Array(0),
	};
	const length = info.files.reduce((sum, file) => sum + file.length, 0);
	info.pieces = new Uint8Array(20 * Math.ceil(length / pieceLength)).fill(7);
	const metainfo = encodeBencode({info});
	await figured.timed('parse', () => parseMetainfo(metainfo, hashFunctions));
	const open = () => openBenchSession(folder, {dir: join(folder, 'data'), persist: true});
	const session = await open();
	const one = async () => (await session.send({type: 'session.list'})).torrents![0]!;
	const {id = ''} = await figured.timed('add', async () => {
		const reply = await session.send({type: 'torrent.add', metainfo});
		await soon('it to start', async () => (await one()).state === 'downloading');
		return reply;
	});
	let last: Update['torrent'];
	const watch = {interval: 50, torrent: {id, overview: true, files: true}};
	const watching = await figured.timed('files, first look', async () => {
		const looking = session.watch(watch, ({torrent}) => {
			last = {...last, ...torrent, id};
		});
		await soon('the files', () => last?.files?.length === files && last.progress !== undefined);
		return looking;
	});
	await figured.timed('choose every other', async () => {
		const others = Array.from({length: Math.floor(files / 2)}, (_, n) => 2 * n);
		await session.send({type: 'files.priority', id, files: others, priority: 0});
		await soon('it to be seen', () => last?.overview?.filesWanted === Math.ceil(files / 2));
	});
	await figured.timed('choose one', async () => {
		await session.send({type: 'files.priority', id, files: [0], priority: 2});
		await soon('it to be seen', () => last?.overview?.filesWanted === Math.ceil(files / 2) + 1);
	});
	await figured.timed('find by name', () =>
		session.send({type: 'session.find', words: 'file 99', limit: 50}),
	);
	await figured.share('watched, idle', 2000);
	watching.stop();
	await figured.timed('pause, resume data', async () => {
		await session.send({type: 'torrent.pause', id});
		await soon('it to be paused', async () => (await one()).state === 'paused');
	});
	figured.memory('memory');
	await session.stop();
	const again = await figured.timed('start from kept', open);
	await again.stop();
} finally {
	rmSync(folder, {recursive: true, force: true});
}
figured.say();
process.exit();
