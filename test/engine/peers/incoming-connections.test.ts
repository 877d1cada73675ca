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
	const incoming = new IncomingConnections({...services, transport}, 10, infoHash =>
		ourHandshake(infoHash, services.peerId),
	);
	const udp = {listen: async (port: number) => !taken.udp?.includes(port)};
	const open = (port: number, portFixed: boolean) => incoming.open({port, portFixed, bind: []}, udp);
	return {incoming, open, tried};
}

test('the port is one that TCP and UDP can both have', async () => {
	const {incoming, open, tried} = stage({tcp: [6881, 6884], udp: [6882, 6883, 6884]});
	await open(6881, false);
	assert.equal(incoming.port, 6885);
	assert.deepEqual(tried, ['6882x', '6883x', '6885']);
});

test('any port is another one when UDP cannot have it', async () => {
	const {incoming, open, tried} = stage({udp: [50_000]});
	await open(0, true);
	assert.equal(incoming.port, 50_001);
	assert.deepEqual(tried, ['0x', '0']);
});

test('a fixed port that only UDP cannot have is taken without it', async () => {
	const {incoming, open, tried} = stage({udp: [6881]});
	await open(6881, true);
	assert.equal(incoming.port, 6881);
	assert.deepEqual(tried, ['6881']);
});

test('a fixed port that TCP cannot have is told in one line', async () => {
	const {open} = stage({tcp: [6881]});
	await assert.rejects(open(6881, true), {code: 'port-taken', message: /choose another with --port/});
});
