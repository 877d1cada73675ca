import assert from 'node:assert/strict';
import {test} from 'node:test';
import {fromHex} from '../../../source/base/hex.js';
import {parseIp} from '../../../source/base/ip-address.js';
import {
	commonBits,
	compareDistance,
	idFitsAddress,
	nodeIdFor,
	randomIdAt,
} from '../../../source/protocol/dht/node-id.js';
import {seededRandom} from '../../helpers/seeded-random.js';

const vectors = [
	['124.31.75.21', '5fbfbff10c5d6a4ec8a88e4c6ab4c28b95eee401'],
	['21.75.31.124', '5a3ce9c14e7a08645677bbd1cfe7d8f956d53256'],
	['65.23.51.170', 'a5d43220bc8f112a3d426c84764f8c2a1150e616'],
	['84.124.73.14', '1b0321dd1bb1fe518101ceef99462b947a01ff41'],
	['43.213.53.83', 'e56f6cbf5b7c4be0237986d5243b87aa6d51305a'],
] as const;

test('ids of BEP 42 fit the addresses they were made for, and no others', () => {
	for (const [ip, id] of vectors) {
		assert.equal(idFitsAddress(fromHex(id)!, parseIp(ip)!), true, ip);
		for (const [other] of vectors)
			if (other !== ip) assert.equal(idFitsAddress(fromHex(id)!, parseIp(other)!), false, `${id} ${other}`);
	}
});

test('an id made for an address fits it, in either family; one bit of the first 21 more or less and it does not', () => {
	const random = seededRandom(1);
	for (const ip of ['203.0.113.9', '8.8.4.4', '2001:db8::17', '2a00:1450:4001::1']) {
		for (let n = 0; n < 20; n++) {
			const id = nodeIdFor(parseIp(ip)!, random);
			assert.ok(idFitsAddress(id, parseIp(ip)!));
			const bit = Math.floor(random.next() * 21);
			id[bit >> 3]! ^= 0x80 >> (bit & 7);
			assert.equal(idFitsAddress(id, parseIp(ip)!), false, `bit ${bit}`);
		}
	}
});

test('on local networks and this machine every id fits', () => {
	for (const ip of ['10.0.0.1', '172.16.3.4', '192.168.1.2', '169.254.0.9', '127.0.0.1', '::1', 'fe80::1'])
		assert.ok(idFitsAddress(new Uint8Array(20), parseIp(ip)!), ip);
});

test('ids share bits from the first on, and are near by XOR', () => {
	const [a, b, c] = ['00'.repeat(20), `01${'00'.repeat(19)}`, `80${'00'.repeat(19)}`].map(
		hex => fromHex(hex)!,
	);
	assert.equal(commonBits(a!, b!), 7);
	assert.equal(commonBits(a!, c!), 0);
	assert.equal(commonBits(a!, a!), 160);
	assert.ok(compareDistance(a!, b!, c!) < 0);
	assert.ok(compareDistance(c!, b!, a!) > 0);
	assert.equal(compareDistance(c!, b!, b!), 0);
});

test('a random id of a bucket shares just as many bits', () => {
	const random = seededRandom(2);
	const own = random.bytes(20);
	for (const bits of [0, 1, 7, 8, 9, 63, 158, 159])
		assert.equal(commonBits(own, randomIdAt(own, bits, random)), bits);
});
