import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {ProtocolError} from '../../../source/base/errors.ts';
import {HttpResponseReader} from '../../../source/protocol/tracker/http-response.ts';
import {seeded} from '../../policy/seeded.ts';

const answers = [
	'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\n\r\nhello',
	'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nhe\n3;x\r\nllo\n0\n\n',
	'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
	'HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhello',
];

test('an answer is the same in whatever parts it comes', () => {
	const random = seeded(3);
	for (const answer of answers) {
		for (let round = 0; round < 50; round++) {
			const reader = new HttpResponseReader(100);
			const bytes = Buffer.from(answer, 'latin1');
			for (let at = 0; at < bytes.length; ) {
				const to = at + 1 + Math.floor(random() * (round + 1));
				reader.push(bytes.subarray(at, to));
				at = to;
			}
			reader.end();
			assert.equal(Buffer.from(reader.response!.body).toString(), 'hello', answer);
		}
	}
});

test('an answer may be as long as the limit, no byte longer, and its head has a limit too', () => {
	const read = (text: string, limit: number): void => {
		const reader = new HttpResponseReader(limit);
		reader.push(Buffer.from(text));
		reader.end();
	};
	for (const answer of answers) {
		read(answer, 5);
		assert.throws(() => read(answer, 4), {code: 'long-answer'}, answer);
	}
	const head = 'HTTP/1.1 200 OK\r\n';
	assert.throws(() => read(`${head}${'X: y\r\n'.repeat(20_000)}\r\n`, 5), {code: 'not-http'});
	assert.throws(() => read('HTTP/1.1 100 Continue\r\n\r\n'.repeat(5000), 5), {code: 'not-http'});
	assert.throws(() => read(`${head}Content-Length: 99999999999999999999\r\n\r\n`, 5), {code: 'not-http'});
	assert.throws(() => read(`${head}Transfer-Encoding: chunked\r\n\r\n${'0'.repeat(5000)}`, 5), {
		code: 'not-http',
	});
});

/** Bytes that are still in use once all that is not has been collected. */
function kept(): number {
	setFlagsFromString('--expose-gc');
	(runInNewContext('gc') as () => void)();
	const {heapUsed, external} = process.memoryUsage();
	return heapUsed + external;
}

test('a body in a million chunks of one byte costs no more memory than its length, and not any number of bytes around it', () => {
	const head = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
	const reader = new HttpResponseReader(2 << 20);
	reader.push(head);
	const chunks = Buffer.from('1\nx\n'.repeat(10_000));
	const before = kept();
	for (let round = 0; round < 50; round++) reader.push(chunks);
	const grown = kept() - before;
	assert.ok(grown < 32 << 20, `${grown} bytes`);
	const padded = new HttpResponseReader(2 << 20);
	padded.push(head);
	const chunk = Buffer.from(`1;${'x'.repeat(4000)}\r\nx\r\n`);
	assert.throws(
		() => {
			for (let round = 0; round < 10_000; round++) padded.push(chunk);
		},
		{code: 'not-http'},
	);
});

test('whatever the bytes, the answer is one or a clear refusal', () => {
	const random = seeded(7);
	for (let round = 0; round < 5000; round++) {
		const bytes = Buffer.from(answers[round % answers.length]!, 'latin1');
		for (let change = 0; change < 3; change++) {
			bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
		}
		const reader = new HttpResponseReader(50);
		try {
			reader.push(bytes);
			reader.end();
			assert.ok(reader.response!.body.length <= 50);
		} catch (error) {
			assert.ok(error instanceof ProtocolError, String(error));
		}
	}
});
