import assert from 'node:assert/strict';
import net from 'node:net';
import {test} from 'node:test';
import {machineClock} from '../../../source/io/machine/clock.ts';
import {bindDatagrams, openDatagramSocket} from '../../../source/io/net/datagram-socket.ts';
import {NodeHttpClient} from '../../../source/io/net/http/http-client.ts';
import {InterfaceAddresses} from '../../../source/io/net/interface-addresses.ts';
import {LocalAddresses} from '../../../source/io/net/local-addresses.ts';
import {TcpTransport} from '../../../source/io/net/tcp-transport.ts';
import type {ConnectionEvents} from '../../../source/io/net/transport.ts';
import {UdpMux} from '../../../source/io/net/udp-mux.ts';
import {until, within} from '../../helpers/deadline.ts';
import {HandClock} from '../../helpers/hand-clock.ts';

/** A machine whose interfaces the test chooses. */
function machine(interfaces: Record<string, readonly string[]>) {
	const all = {...interfaces};
	const read = () =>
		Object.fromEntries(
			Object.entries(all).map(([name, addresses]) => [name, addresses.map(address => ({address}))]),
		);
	return {all, read};
}

function bound(name: string, interfaces: Record<string, readonly string[]>) {
	const {all, read} = machine(interfaces);
	const clock = new HandClock();
	const local = new LocalAddresses([], new InterfaceAddresses(name, read), clock);
	return {all, clock, local};
}

test('an interface stands for one of its addresses a family, link-local ones left out', () => {
	const {local} = bound('tun0', {eth0: ['192.0.2.7'], tun0: ['10.8.0.2', '10.8.0.9', 'fe80::1', 'fd00::2']});
	assert.deepEqual(local.all, ['10.8.0.2', 'fd00::2']);
	assert.deepEqual([local.from(4), local.from(6)], ['10.8.0.2', 'fd00::2']);
	assert.deepEqual([local.isBound, local.gone], [true, undefined]);
});

test('the address that is used stays while it is there, whatever comes beside it', () => {
	const {all, local} = bound('tun0', {tun0: ['10.8.0.2']});
	let told = 0;
	local.subscribe(() => told++);
	all['tun0'] = ['10.8.0.1', '10.8.0.2'];
	local.look();
	assert.deepEqual([local.from(4), told], ['10.8.0.2', 0]);
});

test('of an interface with IPv4 alone no address of IPv6 is reached', () => {
	const {local} = bound('tun0', {eth0: ['fd00::7'], tun0: ['10.8.0.2']});
	assert.deepEqual([local.reaches(4), local.reaches(6)], [true, false]);
	assert.equal(local.whyNot(6), 'we have no IPv6 address to send from');
});

test('while an interface is gone nothing is reached, and nothing else stands for it', () => {
	const {all, local} = bound('tun0', {eth0: ['192.0.2.7'], tun0: ['10.8.0.2']});
	delete all['tun0'];
	local.look();
	assert.deepEqual(
		[local.all, local.from(4), local.reaches(4), local.reaches(6)],
		[[], undefined, false, false],
	);
	assert.equal(local.isBound, true);
	assert.equal(local.gone, 'tun0 is gone: nothing is sent until it is back');
	all['tun0'] = ['10.8.0.3'];
	local.look();
	assert.deepEqual([local.gone, local.from(4)], [undefined, '10.8.0.3']);
});

test('an interface that was never there is waited for', () => {
	const {all, local} = bound('tun0', {});
	assert.equal(local.gone, 'tun0 is not there: nothing is sent until it is');
	all['tun0'] = ['10.8.0.2'];
	local.look();
	assert.equal(local.gone, undefined);
});

test('an address may be named instead of its interface', () => {
	const {all, local} = bound('10.8.0.2', {eth0: ['192.0.2.7'], tun0: ['10.8.0.9', '10.8.0.2']});
	assert.deepEqual(local.all, ['10.8.0.2']);
	all['tun0'] = ['10.8.0.9'];
	local.look();
	assert.equal(local.gone, '10.8.0.2 is gone: nothing is sent until it is back');
});

test('what ran from an address is closed within a second of its going, and what ran from the other stays', async () => {
	const {all, clock, local} = bound('tun0', {tun0: ['10.8.0.2', 'fd00::2']});
	const closed: string[] = [];
	local.keep(4, why => closed.push(`four: ${why}`));
	local.keep(6, why => closed.push(`six: ${why}`));
	local.keep(undefined, () => closed.push('either'));
	const forget = local.keep(4, () => closed.push('forgotten'));
	forget();
	const told: Array<readonly string[]> = [];
	local.subscribe(() => told.push([...closed]));
	all['tun0'] = ['fd00::2'];
	await clock.pass(1000);
	assert.deepEqual(closed, ['four: tun0 has another address', 'either']);
	// Who is told finds everything closed.
	assert.deepEqual(told, [closed]);
	delete all['tun0'];
	await clock.pass(1000);
	assert.deepEqual(closed.slice(2), ['six: tun0 is gone: nothing is sent until it is back']);
});

test('who asks without anybody watching is told how it is', async () => {
	const {all, clock, local} = bound('tun0', {tun0: ['10.8.0.2']});
	await clock.pass(1000);
	delete all['tun0'];
	assert.equal(local.reaches(4), false);
});

const silent: ConnectionEvents = {connected() {}, data() {}, drained() {}, closed() {}};

test('sockets of every kind are closed with the interface, and none is opened while it is gone', async t => {
	const interfaces: Record<string, readonly string[]> = {lo: ['127.0.0.1']};
	const {all, read} = machine(interfaces);
	const local = new LocalAddresses([], new InterfaceAddresses('lo', read), machineClock);
	const tcp = new TcpTransport(local, machineClock);
	const udp = new UdpMux({local, clock: machineClock, open: openDatagramSocket});
	const openDatagrams = bindDatagrams(openDatagramSocket, local);
	const http = new NodeHttpClient({
		clock: machineClock,
		userAgent: 'test',
		local,
		lookUp: async host => [host],
	});
	const ended: string[] = [];
	const server = net.createServer(socket => {
		socket.resume();
		socket.on('error', () => {});
		socket.on('close', () => ended.push('a connection of the server'));
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.after(() => server.close());
	const {port} = server.address() as net.AddressInfo;

	const reasons: string[] = [];
	const connected = Promise.withResolvers<void>();
	const dial = (events: Partial<ConnectionEvents>) =>
		tcp.dial(
			{host: '127.0.0.1', port},
			{timeout: 5000, infoHash: new Uint8Array(20)},
			{...silent, ...events},
		);
	dial({connected: connected.resolve, closed: why => reasons.push(`tcp: ${why}`)});
	const accepted = Promise.withResolvers<void>();
	const listener = await tcp.listen({port: 0}, () => {
		accepted.resolve();
		return {...silent, closed: why => reasons.push(`accepted: ${why}`)};
	});
	net.connect(listener.port, '127.0.0.1').on('error', () => {});
	udp.join({claims: () => true, receive() {}});
	await udp.listen(0);
	const datagrams = await openDatagrams({family: 4, port: 0, address: '127.0.0.1'}, () => {});
	const request = http.get(`http://127.0.0.1:${port}/`, {maximumBody: 100, timeout: 10_000});
	request.catch(error => reasons.push(`http: ${error.message}`));
	await within(10_000, 'connections', Promise.all([connected.promise, accepted.promise]));
	await until('both are let in', 10_000, async () => (await connections(server)) === 2);

	delete all['lo'];
	local.look();
	await until('all are closed', 10_000, () => reasons.length === 3 && ended.length === 2);
	const why = 'lo is gone: nothing is sent until it is back';
	assert.deepEqual(reasons.toSorted(), [`accepted: ${why}`, `http: ${why}`, `tcp: ${why}`]);
	await assert.rejects(
		tcp.listen({port: 0}, () => silent),
		{code: 'EADDRNOTAVAIL'},
	);
	await assert.rejects(
		openDatagrams({family: 4, port: 0, address: '127.0.0.1'}, () => {}),
		{message: why},
	);
	await assert.rejects(http.get(`http://127.0.0.1:${port}/`, {maximumBody: 100}), {message: why});
	const failure = Promise.withResolvers<Error>();
	udp.send(new Uint8Array(1), '127.0.0.1', 9, failure.resolve);
	assert.equal((await within(10_000, 'a refusal', failure.promise)).message, why);
	const refused = Promise.withResolvers<string>();
	dial({closed: refused.resolve});
	assert.equal(await within(10_000, 'a refusal', refused.promise), why);
	datagrams.close();
	udp.close();
});

function connections(server: net.Server): Promise<number> {
	return new Promise((resolve, reject) => {
		server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
	});
}
