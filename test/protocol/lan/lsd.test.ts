import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.js';
import {toHex} from '../../../source/base/hex.js';
import {decodeLsdAnnounce, encodeLsdAnnounce, mostInfoHashes} from '../../../source/protocol/lan/lsd.js';

const hash = (byte: number) => new Uint8Array(20).fill(byte);
const text = (lines: readonly string[]) => new TextEncoder().encode(lines.join('\r\n'));
const search = 'BT-SEARCH * HTTP/1.1';
const infohash = `Infohash: ${toHex(hash(0xab))}`;

test('an announce is what BEP 14 says, byte for byte', () => {
	const announce = {port: 6881, infoHashes: [hash(1), hash(2)], cookie: 'c0ffee'};
	const say = (family: 'ipv4' | 'ipv6') => new TextDecoder().decode(encodeLsdAnnounce(announce, family));
	const hashes = `Infohash: ${'01'.repeat(20)}\r\nInfohash: ${'02'.repeat(20)}\r\n`;
	const rest = `Port: 6881\r\n${hashes}cookie: c0ffee\r\n\r\n\r\n`;
	assert.equal(say('ipv4'), `BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\n${rest}`);
	assert.equal(say('ipv6'), `BT-SEARCH * HTTP/1.1\r\nHost: [ff15::efc0:988f]:6771\r\n${rest}`);
});

test('what is written is read again, with as many torrents as a datagram of 1,400 bytes has room for', () => {
	const infoHashes = Array.from({length: mostInfoHashes}, (_, index) => hash(index + 1));
	const announce = {port: 65_535, infoHashes, cookie: '0123456789abcdef'};
	for (const family of ['ipv4', 'ipv6'] as const) {
		const bytes = encodeLsdAnnounce(announce, family);
		assert.ok(bytes.length <= 1400, `${bytes.length}`);
		assert.deepEqual(decodeLsdAnnounce(bytes), announce);
	}
	const {length} = encodeLsdAnnounce({...announce, infoHashes: [...infoHashes, hash(99)]}, 'ipv4');
	assert.ok(length > 1400, 'one more has no room');
});

test('headers have any case, order and number; unknown ones, wrong hashes and double ones mean nothing', () => {
	const lines = [
		search,
		'x-client: y',
		`INFOHASH:${'AB'.repeat(20)}`,
		'infohash: 12',
		'PORT: 7000',
		infohash,
		'',
	];
	for (const bytes of [text(lines), new TextEncoder().encode(lines.join('\n'))])
		assert.deepEqual(decodeLsdAnnounce(bytes), {port: 7000, infoHashes: [hash(0xab)]});
	const hashes = Array.from({length: 33}, (_, index) => `Infohash: ${toHex(hash(index))}`);
	assert.equal(decodeLsdAnnounce(text([search, 'Port: 1', ...hashes])).infoHashes.length, 33);
	const long = text([search, 'Port: 1', infohash, `cookie: ${'x'.repeat(65)}`]);
	assert.equal(decodeLsdAnnounce(long).cookie, undefined);
});

test('what is no announce is refused', () => {
	const bad: ReadonlyArray<readonly string[]> = [
		[''],
		['M-SEARCH * HTTP/1.1', 'Port: 1', infohash],
		['GET / HTTP/1.1', 'Port: 1', infohash],
		[search, infohash],
		[search, 'Port: 0', infohash],
		[search, 'Port: 65536', infohash],
		[search, 'Port: -1', infohash],
		[search, 'Port: 0x10', infohash],
		[search, 'Port: 6881'],
		[search, 'Port: 6881', `Infohash: ${'g'.repeat(40)}`],
		[search, 'Port: 6881', infohash, `padding: ${'x'.repeat(2048)}`],
	];
	for (const lines of bad) assert.throws(() => decodeLsdAnnounce(text(lines)), ProtocolError, lines.join());
});
