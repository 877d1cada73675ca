import assert from 'node:assert/strict';
import test from 'node:test';
import {FileStream} from '../../../source/bridge/stream/file-stream.ts';
import {HandClock, settled} from '../../helpers/hand-clock.ts';
import {FakeEngine, FakeFile, pieceLength} from './fake-file.ts';

const mebi = 1_048_576;

function streaming(length = 24 * mebi) {
	const file = new FakeFile(length);
	const engine = new FakeEngine(file);
	const clock = new HandClock();
	return {file, engine, clock, stream: new FileStream('ab'.repeat(20), 0, file, {engine, clock})};
}

test('what follows where somebody reads is due, moves with them, and is not due when they seek', async () => {
	const {file, engine, clock, stream} = streaming();
	const reading = stream.open(0);
	await clock.pass(10);
	const due = engine.due();
	assert.deepEqual(due.slice(0, 3), [10, 11, 12]);
	assert.ok(due.includes(file.last) && due.length < 200, `${due.length}`);
	file.give(10, 11, 12);
	assert.equal((await reading.next(mebi))?.length, 2.5 * pieceLength);
	await clock.pass(300);
	assert.deepEqual([due.includes(138), due.includes(140)], [true, false]);
	assert.ok(engine.due().includes(140));
	reading.close();
	const other = stream.open(12 * mebi);
	await clock.pass(10);
	const later = engine.due();
	assert.ok(!later.includes(13), `${later}`);
	assert.ok(later.includes(file.pieceAt(12 * mebi)));
	assert.ok(later.includes(file.last));
	other.close();
});

test('a reader waits for what is not there, and no longer than it is there itself', async () => {
	const {file, stream} = streaming();
	const reading = stream.open(100);
	let got: Buffer | 'waits' = 'waits';
	const next = reading.next(50).then(bytes => {
		got = Buffer.from(bytes ?? '');
	});
	await settled();
	assert.equal(got, 'waits');
	file.give(12);
	await settled();
	assert.equal(got, 'waits');
	file.give(10);
	await next;
	assert.deepEqual(got, Buffer.from(file.bytes.subarray(100, 150)));
	assert.equal(reading.position, 150);
	const last = reading.next(mebi);
	await last;
	const waits = reading.next(1);
	reading.close();
	assert.equal(await waits, undefined);
	assert.equal(await reading.next(1), undefined);
	assert.deepEqual([stream.players, file.listeners], [0, 0]);
});

test('a reader hears that its torrent is gone, or cannot be read', async () => {
	const {file, stream} = streaming();
	const waits = stream.open(0).next(1);
	await settled();
	file.remove();
	await assert.rejects(waits, /UserError: the torrent was removed/);
});

test('what is due for a player that left holds for a while, and then nothing is', async () => {
	const {engine, clock, stream} = streaming();
	const reading = stream.open(0);
	await clock.pass(10);
	reading.close();
	await clock.pass(9000);
	assert.ok(engine.due().length > 100);
	await clock.pass(2000);
	assert.deepEqual(engine.due(), []);
	await clock.pass(100_000);
	assert.equal(clock.next, undefined, 'nothing is planned any more');
	assert.deepEqual(engine.sent, []);
});

test('a skipped file is wanted while it is played, and skipped again when nobody does for a minute', async () => {
	const {file, engine, clock, stream} = streaming();
	file.priority = 0;
	for (let round = 0; round < 2; round++) {
		const reading = stream.open(0);
		await clock.pass(10);
		assert.equal(file.priority, 1);
		reading.close();
		await clock.pass(50_000);
		assert.equal(file.priority, 1);
		await clock.pass(11_000);
		assert.equal(file.priority, 0);
	}
	const again = stream.open(0);
	await clock.pass(10);
	// Chosen by hand meanwhile: it stays.
	file.priority = 3;
	again.close();
	stream.close();
	assert.equal(file.priority, 3);
	assert.equal(engine.take('files.priority').length, 5);
});

test('a skipped file that is whole stays skipped, and one that is closed is skipped at once', async () => {
	const whole = streaming(mebi);
	whole.file.giveAll();
	whole.file.priority = 0;
	whole.stream.open(0);
	await whole.clock.pass(10);
	assert.deepEqual(whole.engine.take('files.priority'), []);
	const {file, engine, clock, stream} = streaming();
	file.priority = 0;
	stream.open(0);
	await clock.pass(10);
	stream.close();
	assert.deepEqual([file.priority, engine.due(), stream.players], [0, [], 0]);
});

test('who is expected finds the beginning due, and who does not come leaves nothing behind', async () => {
	const {file, engine, clock, stream} = streaming();
	stream.expect();
	await clock.pass(10);
	const due = engine.due();
	assert.ok(due.includes(10) && due.includes(file.last));
	await clock.pass(15_000);
	assert.deepEqual(engine.due(), []);
	await clock.pass(60_000);
	assert.equal(clock.next, undefined);
});

test('while a player holds still nothing is said again and again', async () => {
	const {file, engine, clock, stream} = streaming();
	file.giveAll();
	const reading = stream.open(0);
	for (let second = 0; second < 20; second++) {
		await reading.next(pieceLength);
		await clock.pass(1000);
	}
	assert.deepEqual(engine.sent, []);
	reading.close();
});
