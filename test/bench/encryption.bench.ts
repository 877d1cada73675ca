import {keyPair, sharedSecret} from '../../source/protocol/transport/mse-key-exchange.ts';
import {Rc4} from '../../source/protocol/transport/rc4.ts';
import {libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {makeTorrent, mebibyte, writeFile} from '../helpers/torrents.ts';
import {get} from '../helpers/tortui.ts';
import type {Workspace} from '../helpers/workspace.ts';
import {inWorkspace} from './bench-workspace.ts';
import {secondsEach, tell} from './measure.ts';

const rounds = 3;
const size = 512;
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const speed = (seconds: number) => `${Math.round(size / seconds)} MiB/s`;

/** What encrypting costs: by itself, and on the way from a libtorrent that seeds, beside one that downloads. */
export async function benchEncryption(): Promise<void> {
	const cipher = new Rc4(new Uint8Array(20).fill(7));
	const buffer = Buffer.alloc(65_536);
	const each = secondsEach(() => cipher.apply(buffer));
	tell('RC4 on a buffer of 64 KiB', `${Math.round(1 / 16 / each)} MiB/s`, '> 700 MiB/s');
	const secret = new Uint8Array(20).fill(3);
	const {public: theirs} = keyPair(new Uint8Array(20).fill(9));
	const exchange = secondsEach(() => keyPair(secret)) + secondsEach(() => sharedSecret(secret, theirs));
	tell('a key exchange', `${(exchange * 1000).toFixed(2)} ms`, '< 0.4 ms');
	if (noLibtorrent()) return;
	await inWorkspace(measure);
}

async function measure(space: Workspace): Promise<void> {
	const content = writeFile(space.folder('whole'), 'stream.bin', size * mebibyte);
	const file = makeTorrent(content, mebibyte, true).write(space.path('stream.torrent'));
	const seeder = await libtorrentPeer(space, file, content.dir, undefined, {encryption: 'enabled-prefer'});
	await seeder.complete();
	let number = 0;
	const ours = async (encryption: string): Promise<number> => {
		const options = ['--encryption', encryption, '--no-utp', '--peer', seeder.address];
		const leecher = await get(space, [file, '-d', space.folder(`ours-${++number}`), ...options]);
		const {seconds} = await leecher.event('complete');
		await leecher.done();
		return seconds;
	};
	const libtorrents = async (encryption: string): Promise<number> => {
		const from = performance.now();
		const dir = space.folder(`theirs-${++number}`);
		const leecher = await libtorrentPeer(space, file, dir, seeder.address, {encryption});
		await leecher.complete();
		await leecher.program.stop();
		return (performance.now() - from) / 1000;
	};
	const [clear, theirClear, rc4, theirs]: number[][] = [[], [], [], []];
	await ours('off');
	// By turns, so that whatever else the machine does is in all of them.
	for (let round = 0; round < rounds; round++) {
		clear!.push(await ours('off'));
		rc4!.push(await ours('require'));
		theirs!.push(await libtorrents('forced-rc4'));
		theirClear!.push(await libtorrents('off'));
	}
	tell(`${size} MiB from a libtorrent, in the clear`, speed(median(clear!)));
	const ratio = median(clear!) / median(rc4!);
	tell('  with RC4', `${speed(median(rc4!))}`, `${ratio.toFixed(2)} of it, > 0.60`);
	tell('  libtorrent with RC4, with its start', speed(median(theirs!)), 'ours is no slower');
	tell('  libtorrent in the clear, with its start', speed(median(theirClear!)));
}
