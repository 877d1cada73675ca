import assert from 'node:assert/strict';
import {test} from 'node:test';
import {describeProxy, parseProxyUrl} from '../../../source/protocol/transport/proxy-address.ts';

test('the URL of a proxy is read, with user and password', () => {
	const plain = {kind: 'socks5', host: 'proxy.example', port: 1080} as const;
	assert.deepEqual(parseProxyUrl('socks5://proxy.example'), plain);
	assert.deepEqual(parseProxyUrl(' SOCKS5h://proxy.example:1080/ '), plain);
	assert.deepEqual(parseProxyUrl('http://[2001:db8::1]:80'), {kind: 'http', host: '2001:db8::1', port: 80});
	assert.deepEqual(parseProxyUrl('socks5://ann:a%40b%3Ac@127.0.0.1:9'), {
		kind: 'socks5',
		host: '127.0.0.1',
		port: 9,
		credentials: {user: 'ann', password: 'a@b:c'},
	});
	assert.deepEqual(parseProxyUrl('socks5://ann@127.0.0.1:9').credentials, {user: 'ann', password: ''});
	assert.equal(describeProxy(parseProxyUrl('socks5://ann:secret@[::1]:9')), 'socks5://[::1]:9');
});

const wrong: ReadonlyArray<readonly [url: string, why: RegExp]> = [
	['127.0.0.1:1080', /a proxy is socks5:/],
	['', /a proxy is socks5:/],
	['socks4://secret@127.0.0.1:1080', /not socks4:/],
	['https://ann:secret@127.0.0.1:443', /not https:/],
	['http://ann:secret@127.0.0.1', /needs a port/],
	['socks5://ann:secret@127.0.0.1:99999', /no URL/],
	['socks5://ann:sec#ret@127.0.0.1:1080', /no URL|written as|follow/],
	['socks5://127.0.0.1:1080/secret', /nothing may follow/],
	['socks5://', /no URL/],
	['socks5://127.0.0.1:99999', /no URL: socks5:\/\/HOST:PORT, with a port up to 65535/],
	['socks5://127.0.0.1:0', /needs a port: socks5:/],
	[`socks5://ann:${'secret'.repeat(60)}@127.0.0.1:1080`, /longer than 255/],
	['socks5://ann:secret%0d%0ax@127.0.0.1:1080', /line break/],
];
for (const [url, why] of wrong) {
	test(`${url.slice(0, 40)} is no proxy, and what is said of it tells no password`, () => {
		assert.throws(
			() => parseProxyUrl(url),
			(error: Error) => why.test(error.message) && !error.message.includes('secret'),
		);
	});
}
