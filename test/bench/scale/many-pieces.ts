// One torrent of so many pieces in a sparse file, of which a peer tells what it has. The arguments say how many, and
// whether it is of v1 or of v2: the hashes of more than 500,000 pieces make a .torrent of v1 too long.
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.ts';
import {handshake, have, message, RawPeer} from '../../helpers/raw-peer.ts';
import {openBenchSession} from '../open-session.ts';
import {Figured, seconds, soon} from './figures.ts';

const pieces = Number(process.argv[2]);
const isV2 = process.argv[3] === '2';
const pieceLength = 524_288;
const figured = new Figured();
const folder = mkdtempSync(join(tmpdir(), 'tortui-bench-'));
try {
	mkdirSync(join(folder, 'data'));
	const file = openSync(join(folder, 'data', 'sparse.bin'), 'w');
	ftruncateSync(file, pieces * pieceLength);
	closeSync(file);
	const length = pieces * pieceLength;
	const shared = {name: 'sparse.bin', 'piece length': pieceLength};
	const info = isV2
		? {
				...shared,
				'meta version': 2,
				'file tree': {'sparse.bin': {'': {length, 'pieces root': randomBytes(32)}}},
			}
		: {...shared, length, pieces: randomBytes(20 * pieces)};
	const metainfo = encodeBencode({info});
	await figured.timed('parse', () => parseMetainfo(metainfo, hashFunctions));
	const session = await openBenchSession(folder, {dir: join(folder, 'data'), persist: true});
	const list = async () => (await session.send({type: 'session.list'})).torrents!;
	const {infoHash, infoHashV2} = parseMetainfo(metainfo, hashFunctions);
	const metainfoHash = Buffer.from((infoHash ?? infoHashV2!).slice(0, 40), 'hex');
	// Nothing is there yet: every piece is to be had of a peer.
	const add = () => session.send({type: 'torrent.add', metainfo, options: {dir: join(folder, 'empty')}});
	const {id = ''} = await figured.timed('add', add);
	await soon('it to start', async () => (await list())[0]?.state === 'downloading');
	const socket = connect(session.port, '127.0.0.1');
	await once(socket, 'connect');
	const peer = new RawPeer(socket);
	const field = Buffer.alloc(Math.ceil(pieces / 8), 0x55);
	if (pieces % 8 !== 0) field[field.length - 1]! &= 0xff << (8 - (pieces % 8));
	await figured.timed('bitfield', async () => {
		await peer.send(handshake(metainfoHash));
		await peer.greeted;
		const interest = new Promise<void>(resolve => {
			peer.onMessage = id => {
				if (id === 2) resolve();
			};
		});
		await peer.send(message(5, field));
		await Promise.race([interest, delay(20_000)]);
	});
	// A thousand pieces come to it.
	const haves: Buffer[] = [];
	for (let n = 0; n < 1000; n++) haves.push(message(have, ((n * 7919) % (pieces / 2)) * 2));
	await figured.timed('1,000 haves', async () => {
		await peer.send(...haves);
		const counted = async () => {
			const {torrents, details} = await session.send({type: 'session.list', details: ['peers']});
			void torrents;
			const [first] = details?.[0]?.peers ?? [];
			return first !== undefined && first.progress * pieces >= pieces / 2 + 900;
		};
		await soon('the haves to be heard', counted);
	});
	if (!isV2) {
		let asked = 0;
		peer.onMessage = id => {
			if (id === 6) asked++;
		};
		await figured.timed('first requests', async () => {
			await peer.send(message(1));
			await soon('requests', () => asked > 0);
		});
	}
	const watch = {interval: 50, torrent: {id, overview: true, pieces: 2000}};
	let updates = 0;
	const watching = session.watch(watch, () => updates++);
	await soon('the grid', () => updates > 0);
	const cpu = process.cpuUsage();
	const rounds = 10;
	for (let n = 0; n < rounds; n++) {
		const before = updates;
		watching.change({...watch, torrent: {...watch.torrent, pieces: 2000 - (n % 2)}});
		await soon('another look', () => updates > before);
	}
	const {user, system} = process.cpuUsage(cpu);
	figured.put('a grid anew', seconds((user + system) / 1e6 / rounds));
	watching.stop();
	await figured.timed('pause, resume data', async () => {
		await session.send({type: 'torrent.pause', id});
		await soon('it to be paused', async () => (await list())[0]?.state === 'paused');
	});
	await figured.share('idle', 2000);
	figured.memory('memory');
	if (isV2) await session.stop();
	else {
		// The same, all of it there by its owner's word.
		await session.send({type: 'torrent.remove', id, withData: false});
		await figured.timed('add, check none, seeding', async () => {
			await session.send({type: 'torrent.add', metainfo, options: {check: 'none'}});
			await soon('it to seed', async () => (await list())[0]?.state === 'seeding');
		});
		await session.stop();
		const again = await figured.timed('start from kept', async () => {
			const kept = await openBenchSession(folder, {dir: join(folder, 'data'), persist: true});
			const state = async () => (await kept.send({type: 'session.list'})).torrents?.[0]?.state;
			await soon('it to seed again', async () => (await state()) === 'seeding');
			return kept;
		});
		await again.stop();
	}
} finally {
	rmSync(folder, {recursive: true, force: true});
}
figured.say();
process.exit();
