import assert from 'node:assert/strict';
import {test} from 'node:test';
import {IncomingConnections} from '../../../source/engine/peers/incoming-connections.ts';
import {ourHandshake} from '../../../source/engine/peers/our-handshake.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';

/** A machine on which some ports are taken; `tried` has the ports in order, with `x` behind those that were let go. */
function stage(taken: {readonly tcp?: readonly number[]; readonly udp?: readonly number[]}) {
	const {services} = new LoneTorrent();
	const tried: string[] = [];
	let free = 50_000;
	const transport = {
		...services.transport,
		listen: async ({port}: {readonly port: number}) => {
			if (taken.tcp?.includes(port)) throw Object.assign(new Error('taken'), {code: 'EADDRINUSE'});
			const at = tried.push(`${port}`) - 1;
			return {
				port: port === 0 ? free++ : port,
				close: async () => {
					tried[at] += 'x';
				},
			};
		},
	};
	const udp = {listen: async (port: number) => !taken.udp?.includes(port)};
	/** Listens; answers the port it has. */
	const open = async (port: number, portFixed: boolean): Promise<number> => {
		const where = {port, portFixed, bind: []};
		const incoming = new IncomingConnections(
			{...services, transport},
			where,
			udp,
			10,
			(infoHash, isV1OfTwo) => ourHandshake(infoHash, isV1OfTwo, services),
		);
		await incoming.start();
		return incoming.port;
	};
	return {open, tried};
}

test('the port is one that TCP and UDP can both have', async () => {
	const {open, tried} = stage({tcp: [6881, 6884], udp: [6882, 6883, 6884]});
	assert.equal(await open(6881, false), 6885);
	assert.deepEqual(tried, ['6882x', '6883x', '6885']);
});

test('any port is another one when UDP cannot have it', async () => {
	const {open, tried} = stage({udp: [50_000]});
	assert.equal(await open(0, true), 50_001);
	assert.deepEqual(tried, ['0x', '0']);
});

test('a fixed port that only UDP cannot have is taken without it', async () => {
	const {open, tried} = stage({udp: [6881]});
	assert.equal(await open(6881, true), 6881);
	assert.deepEqual(tried, ['6881']);
});

test('a fixed port that TCP cannot have is told in one line', async () => {
	const {open} = stage({tcp: [6881]});
	await assert.rejects(open(6881, true), {code: 'port-taken', message: /choose another with --port/});
});

test('an address that cannot be listened on yet is tried again where it may come, and else is told', async () => {
	const {services} = new LoneTorrent();
	let isThere = false;
	const transport = {
		...services.transport,
		async listen({port}: {readonly port: number}) {
			if (!isThere) throw Object.assign(new Error('not there'), {code: 'EADDRNOTAVAIL'});
			return {port, close: async () => {}};
		},
	};
	const open = (waits: boolean) =>
		new IncomingConnections(
			{...services, transport},
			{port: 6881, portFixed: true, bind: ['2001:db8::1'], waits},
			{listen: async () => true},
			10,
			(infoHash, isV1OfTwo) => ourHandshake(infoHash, isV1OfTwo, services),
		);
	await assert.rejects(open(false).start(), {code: 'bad-bind'});
	const incoming = open(true);
	await incoming.start();
	assert.equal(incoming.port, 0);
	isThere = true;
	const now = services.clock.now();
	incoming.tick(now);
	await incoming.listenAgain();
	assert.equal(incoming.port, 6881);
});
