import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {test} from 'node:test';
import {parseIp} from '../../../source/base/ip-address.js';
import {PacketGuard} from '../../../source/policy/dht/packet-guard.js';
import {estimateCount, joinFilters, scrapeFilter} from '../../../source/policy/dht/scrape-filter.js';
import {SendQuota} from '../../../source/policy/dht/send-quota.js';

test('fifty packets in ten seconds are heard; after one more nothing is until five minutes were quiet', () => {
	const guard = new PacketGuard();
	for (let n = 0; n < 50; n++) assert.equal(guard.admits('a', n * 100), true);
	assert.equal(guard.admits('a', 5000), false);
	assert.equal(guard.admits('b', 5000), true, 'others are heard');
	assert.equal(guard.admits('a', 200_000), false);
	assert.equal(guard.admits('a', 499_000), false, 'it was not quiet');
	assert.equal(guard.admits('a', 800_000), true);
	assert.equal(guard.dropped, 3);
});

test('a steady five a second for ever is fine', () => {
	const guard = new PacketGuard();
	for (let n = 0; n < 2000; n++) assert.equal(guard.admits('a', n * 200), true);
});

test('a flood from ever new addresses takes no more memory than for 4,096, and those shut out stay so', () => {
	const guard = new PacketGuard();
	for (let n = 0; n < 60; n++) guard.admits('bad', 0);
	for (let n = 0; n < 3000; n++) guard.admits(`x${n}`, 20_000);
	assert.equal(guard.admits('bad', 20_001), false);
});

test('answers together are 8,000 bytes a second, after a burst of three', () => {
	const quota = new SendQuota(0);
	let sent = 0;
	for (let now = 0; now <= 10_000; now += 10) {
		while (quota.mayAnswer(now)) {
			quota.answered(400);
			sent += 400;
		}
	}
	assert.ok(sent >= 8000 * 13 - 400 && sent <= 8000 * 13 + 800, `${sent}`);
});

test('a hundred new endpoints a second are asked, and any number of times those asked lately', () => {
	const quota = new SendQuota(0);
	const at = (n: number) => ({host: '192.0.2.1', port: n});
	let asked = 0;
	for (let n = 0; n < 500; n++) if (quota.mayAsk(at(n), 0)) asked++;
	assert.equal(asked, 100);
	for (let n = 0; n < 1000; n++) assert.equal(quota.mayAsk(at(n % 100), 0), true);
	let more = 0;
	for (let n = 1000; n < 1500; n++) if (quota.mayAsk(at(n), 500)) more++;
	assert.equal(more, 50);
	for (let second = 2; second < 100; second++) quota.mayAsk(at(5000 + second), second * 1000);
	let again = 0;
	for (let n = 0; n < 200; n++) if (quota.mayAsk(at(n), 100_000)) again++;
	assert.equal(again, 100, 'who was not spoken to for long is new again');
});

test('scrape filters are those of BEP 33', () => {
	const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest();
	const addresses: Uint8Array[] = [];
	for (let n = 0; n < 256; n++) addresses.push(Uint8Array.of(192, 0, 2, n));
	for (let n = 0; n < 1000; n++) addresses.push(parseIp(`2001:db8::${n.toString(16)}`)!);
	const filter = scrapeFilter(addresses, sha1);
	assert.equal(
		Buffer.from(filter).toString('hex').toUpperCase().slice(0, 64),
		'F6C3F5EAA07FFD91BDE89F777F26FB2BFF37BDB8FB2BBAA2FD3DDDE7BACFFF75',
	);
	assert.equal(Buffer.from(filter).toString('hex').toUpperCase().slice(-8), 'FD8F72EF');
	assert.equal(Math.trunc(estimateCount(filter) * 10_000), 12_249_308);
	const halves = [scrapeFilter(addresses.slice(0, 600), sha1), scrapeFilter(addresses.slice(600), sha1)];
	assert.deepEqual(joinFilters(halves), filter);
	assert.equal(Math.round(estimateCount(new Uint8Array(256))), 0);
});
