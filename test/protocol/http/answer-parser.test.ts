import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.ts';
import {type AnswerHead, HttpAnswerParser} from '../../../source/protocol/http/answer-parser.ts';
import {seeded} from '../../policy/seeded.ts';

/** What a parser tells, one line an event; bodies in one. */
function listener() {
	const told: string[] = [];
	const heads: AnswerHead[] = [];
	let body = '';
	const parser = new HttpAnswerParser({
		head: head => {
			heads.push(head);
			told.push(`${head.status} ${head.length} ${head.persists}`);
		},
		body: (bytes, from, to) => {
			assert.ok(to > from);
			body += Buffer.from(bytes.subarray(from, to)).toString();
		},
		end: () => {
			told.push(body);
			body = '';
		},
	});
	return {parser, told, heads};
}

const answers =
	'HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\n\r\nhello' +
	'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n' +
	'HTTP/1.1 206 x\nTransfer-Encoding: chunked\n\n2\nhe\n3;x\nllo\n0\nTrailer: x\n\n' +
	'HTTP/1.1 304 x\r\nContent-Length: 7\r\n\r\n' +
	'HTTP/1.0 200 x\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc' +
	'HTTP/1.0 200 x\r\n\r\nuntil the end';
const told = [
	...['206 5 true', 'hello', '404 0 true', '', '206 undefined true', 'hello', '304 0 true', ''],
	...['200 3 true', 'abc', '200 undefined false', 'until the end'],
];

test('answers one behind the other are the same in whatever parts they come', () => {
	const random = seeded(5);
	const bytes = Buffer.from(answers, 'latin1');
	for (let round = 0; round < 200; round++) {
		const {parser, told: heard} = listener();
		for (let at = 0; at < bytes.length; ) {
			const to = Math.min(bytes.length, at + 1 + Math.floor(random() * (round + 1)));
			// Others' bytes stand around those that came.
			parser.push(bytes, at, to);
			at = to;
		}
		assert.equal(heard.length, told.length - 1);
		parser.end();
		assert.deepEqual(heard, told);
	}
});

test('a connection that ends with an answer is good for no other', () => {
	for (const head of [
		'HTTP/1.1 200 x\r\nConnection: close\r\nContent-Length: 1\r\n\r\n',
		'HTTP/1.0 200 x\r\nContent-Length: 1\r\n\r\n',
	]) {
		const {parser, told: heard} = listener();
		parser.push(Buffer.from(`${head}aHTTP/1.1 200 x\r\nContent-Length: 1\r\n\r\nb`));
		assert.deepEqual(heard, ['200 1 false', 'a']);
	}
});

test('whoever breaks off in an answer is told so, between two it is not', () => {
	const between = listener();
	between.parser.push(Buffer.from('HTTP/1.1 200 x\r\nContent-Length: 1\r\n\r\na'));
	assert.equal(between.parser.inAnswer, false);
	between.parser.end();
	for (const text of ['H', 'HTTP/1.1 200 x\r\n', 'HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\na']) {
		const {parser} = listener();
		parser.push(Buffer.from(text));
		assert.equal(parser.inAnswer, true);
		assert.throws(() => parser.end(), {code: 'short-answer'});
	}
});

test('stopped by what it tells, it tells nothing more', () => {
	let bodies = 0;
	const parser: HttpAnswerParser = new HttpAnswerParser({
		head: () => parser.stop(),
		body: () => bodies++,
		end: () => bodies++,
	});
	parser.push(Buffer.from(answers, 'latin1'));
	assert.equal(bodies, 0);
});

test('whatever the bytes, answers come or a clear refusal', () => {
	const random = seeded(11);
	const source = Buffer.from(answers, 'latin1');
	for (let round = 0; round < 3000; round++) {
		const bytes = Buffer.from(source);
		for (let n = 0; n < 1 + (round % 7); n++)
			bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
		const {parser} = listener();
		try {
			parser.push(bytes);
			parser.end();
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
		}
	}
});
