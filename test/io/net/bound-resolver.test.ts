import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {type TestContext, test} from 'node:test';
import {boundLookUp} from '../../../source/io/net/bound-resolver.ts';
import {InterfaceAddresses} from '../../../source/io/net/interface-addresses.ts';
import {LocalAddresses} from '../../../source/io/net/local-addresses.ts';
import {usableNameServers} from '../../../source/io/net/name-servers.ts';
import {HandClock} from '../../helpers/hand-clock.ts';

/** A name server on loopback that has one address for every name, or none; `asked` has who asked for what. */
async function nameServer(t: TestContext, address: string | undefined) {
	const asked: string[] = [];
	const socket = createSocket('udp4');
	t.after(() => socket.close());
	socket.on('message', (query, from) => {
		const end = query.indexOf(0, 12) + 5;
		const isIpv4 = query.readUInt16BE(end - 4) === 1;
		asked.push(`${from.address} ${isIpv4 ? 'A' : 'AAAA'}`);
		const head = Buffer.from(query.subarray(0, end));
		head.writeUInt16BE(address === undefined ? 0x8183 : 0x8180, 2);
		const isFound = isIpv4 && address !== undefined;
		head.writeUInt32BE(isFound ? 0x10000 : 0, 6);
		head.writeUInt16BE(0, 10);
		const answer = Buffer.from('c00c00010001000000010004', 'hex');
		const found = isFound ? [answer, Buffer.from(address.split('.').map(Number))] : [];
		socket.send(Buffer.concat([head, ...found]), from.port, from.address);
	});
	await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
	return {asked, server: `127.0.0.1:${socket.address().port}`};
}

/** Bound to `lo`, which has these addresses. */
function bound(...addresses: string[]) {
	const interfaces = {lo: addresses.map(address => ({address}))};
	const local = new LocalAddresses([], new InterfaceAddresses('lo', () => interfaces), new HandClock());
	return {
		local,
		lose() {
			interfaces.lo = [];
			local.look();
		},
	};
}

const nothing = async () => '';

test('names are asked for from the address that is bound, and only in its families', async t => {
	const {asked, server} = await nameServer(t, '192.0.2.7');
	const {local} = bound('127.0.0.9');
	const lookUp = boundLookUp({local, servers: [server], hosts: nothing});
	assert.deepEqual(await lookUp('tracker.example'), ['192.0.2.7']);
	assert.deepEqual(asked, ['127.0.0.9 A']);
});

test('what stands in the file of hosts is asked of nobody', async t => {
	const {asked, server} = await nameServer(t, '192.0.2.7');
	const {local} = bound('127.0.0.9');
	const lookUp = boundLookUp({
		local,
		servers: [server],
		hosts: async () => '127.0.0.1 localhost\n10.1.1.1 tracker.example other # the LAN\n',
	});
	assert.deepEqual(await lookUp('TRACKER.example'), ['10.1.1.1']);
	assert.deepEqual(asked, []);
});

test('a name that nobody knows is told as such', async t => {
	const {server} = await nameServer(t, undefined);
	const {local} = bound('127.0.0.9');
	await assert.rejects(boundLookUp({local, servers: [server], hosts: nothing})('no.example'), {
		code: 'ENOTFOUND',
	});
});

test('while the interface is gone nobody is asked', async t => {
	const {asked, server} = await nameServer(t, '192.0.2.7');
	const {local, lose} = bound('127.0.0.9');
	const lookUp = boundLookUp({local, servers: [server], hosts: nothing});
	lose();
	await assert.rejects(lookUp('tracker.example'), {message: 'lo is gone: nothing is sent until it is back'});
	assert.deepEqual(asked, []);
});

test('a question under way ends when the interface goes', async t => {
	const silent = createSocket('udp4');
	t.after(() => silent.close());
	await new Promise<void>(resolve => silent.bind(0, '127.0.0.1', resolve));
	const {local, lose} = bound('127.0.0.9');
	const asked = new Promise(resolve => silent.once('message', resolve));
	const lookUp = boundLookUp({local, servers: [`127.0.0.1:${silent.address().port}`], hosts: nothing});
	const answer = lookUp('tracker.example');
	answer.catch(() => {});
	await asked;
	lose();
	await assert.rejects(answer, {message: 'lo is gone: nothing is sent until it is back'});
});

test('a server of a family that is not bound is not asked', async () => {
	const {local} = bound('127.0.0.9');
	await assert.rejects(
		boundLookUp({local, servers: ['2001:db8::53'], hosts: nothing})('tracker.example'),
		/no name server of --dns-server is of a family that we have an address of/,
	);
});

test('of the system’s name servers those are asked that are reached by the interface, and those of this machine', async () => {
	const {local} = bound('10.8.0.2');
	const towards = async (host: string) => (host.startsWith('10.8.') ? '10.8.0.2' : '192.168.1.7');
	const servers = ['192.168.1.1', '10.8.0.1', '10.8.0.53:5353', '2001:db8::53', '127.0.0.53'];
	assert.deepEqual(await usableNameServers(local, servers, towards), {
		usable: ['10.8.0.1', '10.8.0.53:5353', '127.0.0.53'],
		stubs: ['127.0.0.53'],
	});
});

test('with no server that is reached, names are not looked up; a resolver of this machine is told once', async t => {
	const {local} = bound('127.0.0.9');
	const none = boundLookUp({local, servers: [], find: async () => ({usable: [], stubs: []}), hosts: nothing});
	await assert.rejects(none('a.example'), /no name server is reached by lo: name one with --dns-server/);
	const {server} = await nameServer(t, '192.0.2.7');
	const told: Array<readonly string[]> = [];
	const stub = boundLookUp({
		local,
		servers: [],
		find: async () => ({usable: [server], stubs: [server]}),
		stubs: servers => told.push(servers),
		hosts: nothing,
	});
	await stub('a.example');
	await stub('b.example');
	assert.deepEqual(told, [[server]]);
});
