import assert from 'node:assert/strict';
import {test} from 'node:test';
import {networkOf} from '../../../source/policy/tracker/host-table.ts';
import {headerOf, headLength, parseRequestHead} from '../../../source/protocol/tracker/http-request.ts';
import {seeded} from '../../policy/seeded.ts';

test('the head of a request is read', () => {
	const read = (text: string) => parseRequestHead(text);
	assert.deepEqual(read('GET /a/b?x=1?2 HTTP/1.1\r\nHost: x\r\n\r\n'), {
		method: 'GET',
		path: '/a/b',
		query: 'x=1?2',
		keepAlive: true,
		bodyLength: 0,
		headers: 'Host: x\r\n\r\n',
	});
	assert.equal(read('GET http://host:80/announce?q HTTP/1.1\n\n')?.path, '/announce');
	assert.equal(read('GET / HTTP/1.1\r\nX: y\r\nconnection: Keep-Alive, Close\r\n\r\n')?.keepAlive, false);
	assert.equal(read('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')?.keepAlive, false);
	assert.equal(read('GET / HTTP/1.1\r\ncontent-length: 0\r\n\r\n')?.bodyLength, 0);
	assert.equal(read('GET / HTTP/1.1\r\nContent-Length:10\r\n\r\n')?.bodyLength, 10);
	for (const text of [
		'GET /\r\n\r\n',
		' GET / HTTP/1.1\r\n\r\n',
		'get / HTTP/1.1\r\n\r\n',
		'GET / HTTP/1.2\r\n\r\n',
		'\r\n\r\n',
	]) {
		assert.equal(read(text), undefined, text);
	}
});

test('a body whose length is told in no way, twice or not as a number has none that is known', () => {
	for (const headers of [
		'Transfer-Encoding: chunked',
		'Content-Length: 5\r\nContent-Length: 5',
		'Content-Length: 5\r\nTransfer-Encoding: chunked',
		'Content-Length : 5',
		'Content-Length: -5',
		'Content-Length: 0x5',
		'Content-Length: 5, 5',
		'Content-Length:',
	])
		assert.equal(parseRequestHead(`PUT / HTTP/1.1\r\n${headers}\r\n\r\n`)?.bodyLength, undefined, headers);
});

test('a header is found by its name in any case, and by its whole name only', () => {
	const headers = 'X-Host: no\r\nhOST:  a:1 \r\nHost: second\r\n\r\n';
	assert.equal(headerOf(headers, 'Host'), 'a:1');
	assert.equal(headerOf(headers, 'x-host'), 'no');
	assert.equal(headerOf(headers, 'os'), undefined);
});

test('a head ends at its empty line, of either kind', () => {
	assert.equal(headLength('a\r\nb\r\n'), undefined);
	assert.equal(headLength('a\r\n\r\nb\n\n'), 5);
	assert.equal(headLength('a\n\nb\r\n\r\n'), 3);
});

test('whatever the text, a head is one or none', () => {
	const random = seeded(6);
	const letters = 'GET /?:%HTP1.0\r\n\u0000\u00ff a';
	for (let round = 0; round < 5000; round++) {
		const text = Array.from({length: 30}, () => letters[Math.floor(random() * letters.length)]).join('');
		const head = parseRequestHead(`GET ${text} HTTP/1.1\r\n${text}\r\n\r\n`);
		assert.ok(head === undefined || !head.path.includes('?'));
	}
});

test('a network is a /24 or a /64, however its addresses are written', () => {
	assert.equal(networkOf('192.0.2.7'), networkOf('192.0.2.255'));
	assert.notEqual(networkOf('192.0.2.7'), networkOf('192.0.3.7'));
	assert.equal(networkOf('2001:db8::1'), networkOf('2001:db8:0:0:ffff::2'));
	assert.notEqual(networkOf('2001:db8::1'), networkOf('2001:db8:0:1::1'));
});
