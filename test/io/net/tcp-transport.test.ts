import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {type TestContext, test} from 'node:test';
import type {Clock} from '../../../source/base/ports.ts';
import {machineClock} from '../../../source/io/machine/clock.ts';
import {LocalAddresses} from '../../../source/io/net/local-addresses.ts';
import {TcpTransport} from '../../../source/io/net/tcp-transport.ts';
import type {ConnectionEvents, PeerStream} from '../../../source/io/net/transport.ts';
import {until, within} from '../../helpers/deadline.ts';
import {HandClock} from '../../helpers/hand-clock.ts';
import {hasAddress} from '../../helpers/ports.ts';
import {bytesFrom} from '../../helpers/torrents.ts';

/** One end of a connection, with what came of it. */
class End implements ConnectionEvents {
	connection: PeerStream | undefined;
	readonly hash = createHash('sha256');
	length = 0;
	closes = 0;
	readonly #waiting: Array<{length: number; resolve: () => void}> = [];
	readonly opened = Promise.withResolvers<void>();
	readonly ended = Promise.withResolvers<string>();

	connected(): void {
		this.opened.resolve();
	}

	data(bytes: Uint8Array, length: number): void {
		this.hash.update(bytes.subarray(0, length));
		this.length += length;
		for (const {length: wanted, resolve} of this.#waiting) if (this.length >= wanted) resolve();
	}

	drained(): void {}

	closed(reason: string): void {
		this.closes++;
		this.ended.resolve(reason);
	}

	has(length: number): Promise<void> {
		if (this.length >= length) return Promise.resolve();
		const came = new Promise<void>(resolve => this.#waiting.push({length, resolve}));
		return within(limit, () => `${this.length} of ${length} bytes have come`, came);
	}

	/** Why it ended. */
	get over(): Promise<string> {
		return within(limit, 'the end of a connection', this.ended.promise);
	}
}

async function listen(t: TestContext, clock: Clock = machineClock) {
	const transport = new TcpTransport(new LocalAddresses(['127.0.0.1']), clock);
	const taken: End[] = [];
	const listener = await transport.listen({port: 0}, connection => {
		const end = new End();
		end.connection = connection;
		taken.push(end);
		return end;
	});
	t.after(() => listener.close());
	const dial = async () => {
		const end = new End();
		end.connection = transport.dial({host: '127.0.0.1', port: listener.port}, how, end);
		await within(limit, 'a connection', end.opened.promise);
		return end;
	};
	return {transport, dial, taken, listener};
}

const how = {timeout: 5000, infoHash: new Uint8Array(20)};
/** What takes longer than this does not come any more. */
const limit = 20_000;
const taking = (taken: readonly End[], count: number) =>
	until('the connections to be taken', limit, () => taken.length === count, 1);

test('bytes arrive whole and in order both ways, on connections that share one buffer', async t => {
	const {dial, taken} = await listen(t);
	const dialled = [await dial(), await dial(), await dial()];
	await taking(taken, 3);
	const content = dialled.map((_, n) => bytesFrom(`content ${n}`, 3_000_000 + n));
	for (const [n, end] of dialled.entries()) {
		end.connection!.write(content[n]!);
		taken[n]!.connection!.write(content[n]!);
	}
	for (const [n, bytes] of content.entries()) {
		await dialled[n]!.has(bytes.length);
		await taken[n]!.has(bytes.length);
		const right = createHash('sha256').update(bytes).digest('hex');
		assert.equal(dialled[n]!.hash.digest('hex'), right);
		assert.equal(taken[n]!.hash.digest('hex'), right);
		assert.match(taken[n]!.connection!.remote.host, /^127\.0\.0\.1$/);
	}
});

test('whichever side closes, both are told once', async t => {
	const {dial, taken} = await listen(t);
	const first = await dial();
	const second = await dial();
	await taking(taken, 2);
	first.connection!.close('enough');
	assert.equal(await first.over, 'enough');
	await taken[0]!.over;
	taken[1]!.connection!.close('enough');
	await Promise.all([second, ...taken].map(end => end.over));
	await new Promise(resolve => setImmediate(resolve));
	assert.deepEqual(
		[first, second, ...taken].map(end => end.closes),
		[1, 1, 1, 1],
	);
});

test('a paused connection reads nothing more until it goes on, dialled or accepted', async t => {
	const {dial, taken} = await listen(t);
	const dialled = await dial();
	await taking(taken, 1);
	const accepted = taken[0]!;
	const bytes = bytesFrom('paused', 30_000_000);
	for (const [reader, writer] of [
		[dialled, accepted],
		[accepted, dialled],
	] as const) {
		reader.connection!.pause();
		writer.connection!.write(bytes);
		for (let turn = 0; turn < 200; turn++) await new Promise(resolve => setImmediate(resolve));
		assert.ok(reader.length < bytes.length / 2, `${reader.length} bytes came`);
		reader.connection!.resume();
		await reader.has(bytes.length);
	}
});

test('closing the listener ends what it took', async t => {
	const {dial, listener} = await listen(t);
	const dialled = await dial();
	await within(limit, 'the listener to close', listener.close());
	await dialled.over;
});

test('a port nobody listens on is told as refused', async t => {
	const {transport, listener} = await listen(t);
	await listener.close();
	const end = new End();
	transport.dial({host: '127.0.0.1', port: listener.port}, how, end);
	assert.equal(await end.over, 'connection refused');
});

test('a stream says what it runs over, whoever began it', async t => {
	const {dial, taken} = await listen(t);
	const dialled = await dial();
	await taking(taken, 1);
	for (const {connection} of [dialled, taken[0]!]) {
		assert.equal(connection!.transport, 'tcp');
		assert.equal(connection!.encrypted, false);
	}
});

test('who does not answer is given up when the clock says so', async () => {
	const waits: number[] = [];
	// Its time is over before any network can have answered.
	const clock: Clock = {
		...machineClock,
		after(delay, callback) {
			waits.push(delay);
			queueMicrotask(callback);
			return {clear() {}};
		},
	};
	const end = new End();
	const transport = new TcpTransport(new LocalAddresses(), clock);
	transport.dial({host: '127.0.0.1', port: 9}, {...how, timeout: 7000}, end);
	assert.equal(await end.over, 'connecting took too long');
	assert.deepEqual(waits, [7000]);
});

test('bound to one family, nothing is dialled from an address of the other', async () => {
	const cases = [
		[['192.0.2.200'], '::1', 'we have no IPv6 address to dial from'],
		[['2001:db8::200'], '127.0.0.1', 'we have no IPv4 address to dial from'],
	] as const;
	for (const [bind, host, why] of cases) {
		const end = new End();
		const transport = new TcpTransport(new LocalAddresses(bind), machineClock);
		transport.dial({host, port: 9}, how, end);
		assert.equal(end.closes, 0, 'told before dial returned');
		assert.equal(await end.over, why);
	}
});

test('a name is no address of a peer: nobody is asked for it', async () => {
	const end = new End();
	new TcpTransport(new LocalAddresses(), machineClock).dial({host: 'localhost', port: 9}, how, end);
	assert.equal(await end.over, 'localhost is no address');
});

test('once it stands or has failed, nothing waits for it any more', async t => {
	const clock = new HandClock();
	const {transport, dial, listener} = await listen(t, clock);
	const dialled = await dial();
	assert.equal(clock.next, undefined);
	await clock.pass(60_000);
	assert.equal(dialled.closes, 0);
	await listener.close();
	await dialled.over;
	const refused = new End();
	transport.dial({host: '127.0.0.1', port: listener.port}, how, refused);
	assert.equal(clock.next, 60_000 + how.timeout);
	assert.equal(await refused.over, 'connection refused');
	assert.equal(clock.next, undefined);
});

test('it dials from the address it is bound to', {
	skip: !(await hasAddress('127.0.0.2')) && 'this machine has no loopback address but one',
}, async t => {
	const {listener, taken} = await listen(t);
	const end = new End();
	const local = new LocalAddresses(['::1', '127.0.0.2', '127.0.0.3']);
	const transport = new TcpTransport(local, machineClock);
	end.connection = transport.dial({host: '127.0.0.1', port: listener.port}, how, end);
	await taking(taken, 1);
	assert.equal(taken[0]!.connection!.remote.host, '127.0.0.2');
	end.connection.close('enough');
	await end.over;
});

test('bound to any address of both families it listens in both, each apart', {
	skip: (await hasAddress('::1')) ? false : 'no IPv6 on this machine',
}, async t => {
	for (const bind of [['0.0.0.0', '::'], ['::', '0.0.0.0'], ['127.0.0.1', '::'], ['::'], []]) {
		const transport = new TcpTransport(new LocalAddresses(bind), machineClock);
		const listener = await transport.listen({port: 0}, () => undefined);
		t.after(() => listener.close());
		for (const host of ['127.0.0.1', '::1']) {
			const end = new End();
			const dialler = new TcpTransport(new LocalAddresses(), machineClock);
			dialler.dial({host, port: listener.port}, {timeout: limit, infoHash: new Uint8Array(20)}, end);
			await within(limit, `${host} of ${bind.join(' and ')}`, end.opened.promise);
		}
	}
});
