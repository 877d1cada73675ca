import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ResumeData} from '../../../source/io/state/resume-data.ts';
import {LoneTorrent, turn} from '../../helpers/lone-torrent.ts';

/** Hands a whole piece to the disk, which has not done anything with it yet. */
function complete(lone: LoneTorrent, piece: number): void {
	const {downloader, map} = lone.parts;
	downloader.picker.take(piece);
	const partial = downloader.partials.begin(piece);
	for (let block = 0; block < map.blockCount(piece); block++) {
		const slot = lone.pool.take();
		const size = map.blockSize(piece, block);
		lone.pool.bytes.set(lone.block(piece, block * 16_384, size), slot * 16_384);
		downloader.partials.receive(partial, block, slot, -1);
	}
	downloader.submitForHash(partial);
}

test('what is remembered of the files is never newer than what is remembered of the pieces', async () => {
	const lone = new LoneTorrent();
	await lone.start();
	complete(lone, 1);
	lone.storage.work();
	complete(lone, 3);
	// The piece arrives on the disk while the rest is noted down.
	const memory = (await lone.torrent.rememberNow())!;
	const [now] = await lone.storage.stamps();
	const [remembered] = memory.stamps;
	assert.ok(lone.parts.have.has(3));
	if (remembered?.mtime === now?.mtime) assert.ok(memory.have.has(3), 'piece 3 would be fetched again');
	assert.ok(memory.have.has(1));
	const closing = lone.torrent.close();
	await lone.clock.pass(6000);
	await closing;
});

test('pieces on their way to the disk when it stops are remembered, and their files need no check', async () => {
	const lone = new LoneTorrent();
	await lone.start();
	complete(lone, 1);
	lone.storage.work();
	complete(lone, 3);
	lone.torrent.post({type: 'pause'});
	for (let rest = 0; rest < 4; rest++) await turn();
	await lone.clock.pass(6000);
	const memory = (await lone.torrent.rememberNow())!;
	assert.ok(memory.have.has(1) && memory.have.has(3));
	assert.deepEqual(memory.stamps, await lone.storage.stamps());
	await lone.torrent.close();
});

test('while it runs, pieces are remembered only when they are on the disk, however slow that is', async () => {
	const lone = new LoneTorrent();
	await lone.start();
	complete(lone, 1);
	lone.storage.work();
	const {promise: flushed, resolve: flush} = Promise.withResolvers<undefined>();
	lone.storage.flush = () => flushed;
	let memory: ResumeData | undefined;
	const remembering = lone.torrent.rememberNow().then(data => {
		memory = data;
	});
	await lone.clock.pass(60_000);
	assert.equal(memory, undefined, 'a power cut now would leave it with a piece it does not have');
	flush(undefined);
	await remembering;
	assert.ok(memory!.have.has(1));
	const closing = lone.torrent.close();
	await lone.clock.pass(6000);
	await closing;
});

test('after a flush that failed nothing that may not be on the disk is believed', async () => {
	const lone = new LoneTorrent();
	await lone.start();
	complete(lone, 1);
	lone.storage.work();
	const failure = {code: 'io', message: 'disk error EIO: /d: check the disk, then resume'} as const;
	const outcomes = [failure];
	lone.storage.flush = async () => outcomes.shift();
	// Without what files were like, all of them is hashed at the next start.
	assert.deepEqual((await lone.torrent.rememberNow()).stamps, []);
	await lone.clock.pass(6000);
	assert.deepEqual(lone.torrent.activity, {name: 'failed', failure});
	assert.deepEqual((await lone.torrent.rememberNow()).stamps, []);
	const closing = lone.torrent.close();
	await lone.clock.pass(6000);
	await closing;
});

/** The first call waits until it is let go of, and answers as it was then. */
function holdFirst<Value>(ask: () => Promise<Value>): {ask: () => Promise<Value>; letGo(): void} {
	const held = Promise.withResolvers<void>();
	let calls = 0;
	return {
		letGo: () => held.resolve(),
		async ask() {
			const answer = await ask();
			if (calls++ === 0) await held.promise;
			return answer;
		},
	};
}

const edited = {code: 'changed', message: 'changed by another program: /d/file'} as const;

for (const [what, slow] of [
	['the files are looked at', 'stamps'],
	['everything is put on the disk', 'flush'],
] as const) {
	for (const [doubt, event] of [
		['they turn out to be changed', {type: 'failure', failure: edited}],
		['a person has them verified', {type: 'verify'}],
	] as const) {
		test(`while ${what} to note it down ${doubt}: what was had is remembered, to be compared with what is found`, async () => {
			const lone = new LoneTorrent();
			await lone.start();
			for (const piece of [1, 3]) {
				complete(lone, piece);
				lone.storage.work();
			}
			const {storage} = lone;
			const held = holdFirst<unknown>(storage[slow].bind(storage));
			storage[slow] = held.ask as never;
			const remembering = lone.torrent.rememberNow();
			await turn();
			lone.torrent.post(event);
			// Its pieces are counted anew, and the disk finds none.
			for (let rest = 0; rest < 20 && lone.parts.have.count > 0; rest++) await lone.clock.pass(1000);
			assert.equal(lone.parts.have.count, 0, 'they are being counted');
			held.letGo();
			const memory = await remembering;
			assert.deepEqual(
				[1, 3].map(piece => memory.have.has(piece)),
				[true, true],
			);
			assert.equal(lone.torrent.resumeState.known?.have.count, 2);
			const closing = lone.torrent.close();
			await lone.clock.pass(6000);
			await closing;
		});
	}
}

/** Has every piece but the first on the disk, and tells how a file is when its last piece has been written. */
async function nearlyWhole(): Promise<{
	lone: LoneTorrent;
	lettingGo: () => void;
	remembering: Promise<ResumeData>;
}> {
	const lone = new LoneTorrent();
	await lone.start();
	for (let piece = 1; piece < lone.parts.map.pieceCount; piece++) {
		complete(lone, piece);
		lone.storage.work();
	}
	const {storage} = lone;
	Object.assign(storage, {writtenStamp: () => ({size: storage.bytes.length, mtime: storage.written})});
	const held = holdFirst(storage.flush.bind(storage));
	storage.flush = held.ask;
	const remembering = lone.torrent.rememberNow();
	await turn();
	// Everything is here before what was noted down first has come to the disk.
	complete(lone, 0);
	storage.work();
	assert.ok(lone.parts.have.full);
	return {lone, lettingGo: held.letGo, remembering};
}

test('a file that becomes whole while the rest is noted down is not remembered as newer than its pieces', async () => {
	const {lone, lettingGo, remembering} = await nearlyWhole();
	lettingGo();
	const memory = await remembering;
	assert.equal(memory.have.has(0), false, 'it may not be on the disk yet');
	assert.notDeepEqual(memory.stamps, await lone.storage.stamps(), 'the piece would never be looked for');
	assert.ok((await lone.torrent.rememberNow()).have.full);
	const closing = lone.torrent.close();
	await lone.clock.pass(6000);
	await closing;
});

test('a file that became whole and was changed while the rest is noted down is remembered as whole', async () => {
	const {lone, lettingGo, remembering} = await nearlyWhole();
	lone.torrent.post({type: 'failure', failure: edited});
	for (let rest = 0; rest < 20 && lone.parts.have.count > 0; rest++) await lone.clock.pass(1000);
	assert.equal(lone.parts.have.count, 0, 'its pieces are being counted');
	lettingGo();
	assert.ok((await remembering).have.full);
	assert.ok(lone.torrent.resumeState.known?.have.full);
	const closing = lone.torrent.close();
	await lone.clock.pass(6000);
	await closing;
});

/** Has every piece. */
async function whole(): Promise<LoneTorrent> {
	const lone = new LoneTorrent();
	await lone.start();
	for (let piece = 0; piece < lone.parts.map.pieceCount; piece++) {
		complete(lone, piece);
		lone.storage.work();
	}
	assert.ok(lone.parts.have.full);
	return lone;
}

test('a file that is on its way to another folder while the rest is noted down was changed by nobody', async () => {
	const lone = await whole();
	const {storage, torrent} = lone;
	await torrent.rememberNow();
	const there = await storage.stamps();
	const looks = [[], []] as unknown as Array<typeof there>;
	storage.stamps = async () => looks.shift() ?? there;
	torrent.resumeState.otherPlace = {dir: '/elsewhere', renamed: [], files: [0], goal: true};
	assert.ok((await torrent.rememberNow()).have.full);
	torrent.resumeState.otherPlace = undefined;
	await lone.clock.pass(1000);
	assert.equal(torrent.activity.name, 'active', 'it goes on');
	const closing = torrent.close();
	await lone.clock.pass(6000);
	await closing;
});

test('what was seen of a file before it was moved says nothing of it afterwards', async () => {
	const lone = await whole();
	const {storage, torrent} = lone;
	const look = storage.stamps.bind(storage);
	const before = (await look()).map(stamp => ({...stamp, mtime: stamp.mtime + 0.5}));
	const held = Promise.withResolvers<typeof before>();
	const looks = [look, () => held.promise];
	storage.stamps = () => (looks.shift() ?? look)();
	const remembering = torrent.rememberNow();
	while (looks.length > 0) await turn();
	// The disk there keeps times less exactly.
	torrent.resumeState.moved();
	held.resolve(before);
	await remembering;
	await torrent.rememberNow();
	await lone.clock.pass(1000);
	assert.equal(torrent.activity.name, 'active', 'it was changed by nobody');
	const closing = torrent.close();
	await lone.clock.pass(6000);
	await closing;
});
