import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {test} from 'node:test';
import {type ProbeGround, probeName} from '../../../source/io/net/name-probe.ts';

/** A name server on loopback that answers as it is told; undefined says nothing. */
async function server(answer: (question: Buffer) => Buffer | undefined) {
	const socket = createSocket('udp4');
	socket.on('message', (question, {port, address}) => {
		const bytes = answer(question);
		if (bytes !== undefined) socket.send(bytes, port, address);
	});
	await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
	return {servers: [`127.0.0.1:${socket.address().port}`], close: () => socket.close()};
}

/** The answer to a question: no such name, or an address where one of IPv4 is asked for. */
function reply(question: Buffer, found: boolean): Buffer {
	const end = question.indexOf(0, 12) + 5;
	const isIpv4 = question.readUInt16BE(end - 4) === 1;
	const has = found && isIpv4;
	const head = Buffer.from(question.subarray(0, end));
	head.writeUInt16BE(found ? 0x8180 : 0x8183, 2);
	head.writeUInt16BE(has ? 1 : 0, 6);
	head.writeUInt16BE(0, 8);
	head.writeUInt16BE(0, 10);
	const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
	return has ? Buffer.concat([head, record]) : head;
}

const unasked: ProbeGround = {system: () => assert.fail('asked the system'), hosts: async () => ''};

test('a name server that says nothing is given up in time, and the system is not asked: it would hang', async () => {
	const silent = await server(() => undefined);
	try {
		await assert.rejects(probeName('a.example', 50, {...unasked, servers: silent.servers}), {
			code: 'ETIMEOUT',
		});
	} finally {
		silent.close();
	}
});

test('what a name server finds is the answer; what it does not find the system may know', async () => {
	const knowing = await server(question => reply(question, true));
	const denying = await server(question => reply(question, false));
	try {
		assert.deepEqual(await probeName('a.example', 5000, {...unasked, servers: knowing.servers}), [
			'192.0.2.7',
		]);
		const system = async (name: string) => [`of ${name}`];
		assert.deepEqual(await probeName('nas.local', 5000, {...unasked, system, servers: denying.servers}), [
			'of nas.local',
		]);
	} finally {
		knowing.close();
		denying.close();
	}
});

test('what stands in the file of hosts needs no name server', async () => {
	const hosts = async () =>
		'127.0.0.1 localhost\n192.0.2.9\tnas NAS.example # mine\n#192.0.2.1 other.example\n';
	assert.deepEqual(await probeName('nas.Example', 50, {...unasked, hosts}), ['192.0.2.9']);
});
