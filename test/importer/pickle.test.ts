import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../source/base/errors.ts';
import {PickleInstance, type PickleValue, readPickle} from '../../source/importer/pickle.ts';

const classes = new Set([
	'deluge.core.torrentmanager TorrentState',
	'deluge.core.torrentmanager TorrentManagerState',
]);

/** By protocol, the same list of torrents as Python 3.11 writes it. */
const written: readonly string[] = [
	'Y2NvcHlfcmVnCl9yZWNvbnN0cnVjdG9yCnAwCihjZGVsdWdlLmNvcmUudG9ycmVudG1hbmFnZXIKVG9ycmVudE1hbmFnZXJTdGF0ZQpwMQpjX19idWlsdGluX18Kb2JqZWN0CnAyCk50cDMKUnA0CihkcDUKVnRvcnJlbnRzCnA2CihscDcKZzAKKGNkZWx1Z2UuY29yZS50b3JyZW50bWFuYWdlcgpUb3JyZW50U3RhdGUKcDgKZzIKTnRwOQpScDEwCihkcDExClZ0b3JyZW50X2lkCnAxMgpWYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYgpwMTMKc1ZzYXZlX3BhdGgKcDE0ClYvc3J2L2TkdGFcdTI2MDMKcDE1CnNWcGF1c2VkCnAxNgpJMDEKc1ZzdG9wX3JhdGlvCnAxNwpGMS41CnNWcXVldWUKcDE4CkktMQpzVmZpbGVfcHJpb3JpdGllcwpwMTkKKEk0Ckk3CkkwCkkxCnRwMjAKc1ZtYXhfZG93bmxvYWRfc3BlZWQKcDIxCkk1MDAKc1Z0cmFja2VycwpwMjIKKGxwMjMKKGRwMjQKVnVybApwMjUKVmh0dHA6Ly9hJ2JcdTAwNWNjCnAyNgpzVnRpZXIKcDI3CkkwCnNhc1ZtYWduZXQKcDI4Ck5zVnRvdGFsCnAyOQpMMTA5OTUxMTYyNzc3NkwKc1ZiaWcKcDMwCkwxMTgwNTkxNjIwNzE3NDExMzAzNDI0TApzVnNtYWxsCnAzMQpJLTcwMDAwCnNWcXVvdGVkCnAzMgpWc2F5ICJoaSIgaXQnc1x1MDAwYQpwMzMKc1ZzaGFyZWQKcDM0CmcyMwpzYmFnMTAKYXNiLg==',
	'Y2NvcHlfcmVnCl9yZWNvbnN0cnVjdG9yCnEAKGNkZWx1Z2UuY29yZS50b3JyZW50bWFuYWdlcgpUb3JyZW50TWFuYWdlclN0YXRlCnEBY19fYnVpbHRpbl9fCm9iamVjdApxAk50cQNScQR9cQVYCAAAAHRvcnJlbnRzcQZdcQcoaAAoY2RlbHVnZS5jb3JlLnRvcnJlbnRtYW5hZ2VyClRvcnJlbnRTdGF0ZQpxCGgCTnRxCVJxCn1xCyhYCgAAAHRvcnJlbnRfaWRxDFgoAAAAYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYnENWAkAAABzYXZlX3BhdGhxDlgNAAAAL3Nydi9kw6R0YeKYg3EPWAYAAABwYXVzZWRxEEkwMQpYCgAAAHN0b3BfcmF0aW9xEUc/+AAAAAAAAFgFAAAAcXVldWVxEkr/////WA8AAABmaWxlX3ByaW9yaXRpZXNxEyhLBEsHSwBLAXRxFFgSAAAAbWF4X2Rvd25sb2FkX3NwZWVkcRVN9AFYCAAAAHRyYWNrZXJzcRZdcRd9cRgoWAMAAAB1cmxxGVgMAAAAaHR0cDovL2EnYlxjcRpYBAAAAHRpZXJxG0sAdWFYBgAAAG1hZ25ldHEcTlgFAAAAdG90YWxxHUwxMDk5NTExNjI3Nzc2TApYAwAAAGJpZ3EeTDExODA1OTE2MjA3MTc0MTEzMDM0MjRMClgFAAAAc21hbGxxH0qQ7v7/WAYAAABxdW90ZWRxIFgOAAAAc2F5ICJoaSIgaXQncwpxIVgGAAAAc2hhcmVkcSJoF3ViaAplc2Iu',
	'gAJjZGVsdWdlLmNvcmUudG9ycmVudG1hbmFnZXIKVG9ycmVudE1hbmFnZXJTdGF0ZQpxACmBcQF9cQJYCAAAAHRvcnJlbnRzcQNdcQQoY2RlbHVnZS5jb3JlLnRvcnJlbnRtYW5hZ2VyClRvcnJlbnRTdGF0ZQpxBSmBcQZ9cQcoWAoAAAB0b3JyZW50X2lkcQhYKAAAAGFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJxCVgJAAAAc2F2ZV9wYXRocQpYDQAAAC9zcnYvZMOkdGHimINxC1gGAAAAcGF1c2VkcQyIWAoAAABzdG9wX3JhdGlvcQ1HP/gAAAAAAABYBQAAAHF1ZXVlcQ5K/////1gPAAAAZmlsZV9wcmlvcml0aWVzcQ8oSwRLB0sASwF0cRBYEgAAAG1heF9kb3dubG9hZF9zcGVlZHERTfQBWAgAAAB0cmFja2Vyc3ESXXETfXEUKFgDAAAAdXJscRVYDAAAAGh0dHA6Ly9hJ2JcY3EWWAQAAAB0aWVycRdLAHVhWAYAAABtYWduZXRxGE5YBQAAAHRvdGFscRmKBgAAAAAAAVgDAAAAYmlncRqKCQAAAAAAAAAAQFgFAAAAc21hbGxxG0qQ7v7/WAYAAABxdW90ZWRxHFgOAAAAc2F5ICJoaSIgaXQncwpxHVgGAAAAc2hhcmVkcR5oE3ViaAZlc2Iu',
	'gANjZGVsdWdlLmNvcmUudG9ycmVudG1hbmFnZXIKVG9ycmVudE1hbmFnZXJTdGF0ZQpxACmBcQF9cQJYCAAAAHRvcnJlbnRzcQNdcQQoY2RlbHVnZS5jb3JlLnRvcnJlbnRtYW5hZ2VyClRvcnJlbnRTdGF0ZQpxBSmBcQZ9cQcoWAoAAAB0b3JyZW50X2lkcQhYKAAAAGFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJxCVgJAAAAc2F2ZV9wYXRocQpYDQAAAC9zcnYvZMOkdGHimINxC1gGAAAAcGF1c2VkcQyIWAoAAABzdG9wX3JhdGlvcQ1HP/gAAAAAAABYBQAAAHF1ZXVlcQ5K/////1gPAAAAZmlsZV9wcmlvcml0aWVzcQ8oSwRLB0sASwF0cRBYEgAAAG1heF9kb3dubG9hZF9zcGVlZHERTfQBWAgAAAB0cmFja2Vyc3ESXXETfXEUKFgDAAAAdXJscRVYDAAAAGh0dHA6Ly9hJ2JcY3EWWAQAAAB0aWVycRdLAHVhWAYAAABtYWduZXRxGE5YBQAAAHRvdGFscRmKBgAAAAAAAVgDAAAAYmlncRqKCQAAAAAAAAAAQFgFAAAAc21hbGxxG0qQ7v7/WAYAAABxdW90ZWRxHFgOAAAAc2F5ICJoaSIgaXQncwpxHVgGAAAAc2hhcmVkcR5oE3ViaAZlc2Iu',
	'gASVrAEAAAAAAACMGmRlbHVnZS5jb3JlLnRvcnJlbnRtYW5hZ2VylIwTVG9ycmVudE1hbmFnZXJTdGF0ZZSTlCmBlH2UjAh0b3JyZW50c5RdlChoAIwMVG9ycmVudFN0YXRllJOUKYGUfZQojAp0b3JyZW50X2lklIwoYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYpSMCXNhdmVfcGF0aJSMDS9zcnYvZMOkdGHimIOUjAZwYXVzZWSUiIwKc3RvcF9yYXRpb5RHP/gAAAAAAACMBXF1ZXVllEr/////jA9maWxlX3ByaW9yaXRpZXOUKEsESwdLAEsBdJSMEm1heF9kb3dubG9hZF9zcGVlZJRN9AGMCHRyYWNrZXJzlF2UfZQojAN1cmyUjAxodHRwOi8vYSdiXGOUjAR0aWVylEsAdWGMBm1hZ25ldJROjAV0b3RhbJSKBgAAAAAAAYwDYmlnlIoJAAAAAAAAAABAjAVzbWFsbJRKkO7+/4wGcXVvdGVklIwOc2F5ICJoaSIgaXQncwqUjAZzaGFyZWSUaBZ1YmgJZXNiLg==',
	'gAWVrAEAAAAAAACMGmRlbHVnZS5jb3JlLnRvcnJlbnRtYW5hZ2VylIwTVG9ycmVudE1hbmFnZXJTdGF0ZZSTlCmBlH2UjAh0b3JyZW50c5RdlChoAIwMVG9ycmVudFN0YXRllJOUKYGUfZQojAp0b3JyZW50X2lklIwoYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYpSMCXNhdmVfcGF0aJSMDS9zcnYvZMOkdGHimIOUjAZwYXVzZWSUiIwKc3RvcF9yYXRpb5RHP/gAAAAAAACMBXF1ZXVllEr/////jA9maWxlX3ByaW9yaXRpZXOUKEsESwdLAEsBdJSMEm1heF9kb3dubG9hZF9zcGVlZJRN9AGMCHRyYWNrZXJzlF2UfZQojAN1cmyUjAxodHRwOi8vYSdiXGOUjAR0aWVylEsAdWGMBm1hZ25ldJROjAV0b3RhbJSKBgAAAAAAAYwDYmlnlIoJAAAAAAAAAABAjAVzbWFsbJRKkO7+/4wGcXVvdGVklIwOc2F5ICJoaSIgaXQncwqUjAZzaGFyZWSUaBZ1YmgJZXNiLg==',
];

function fieldsOf(value: PickleValue): Record<string, unknown> {
	assert.ok(value instanceof PickleInstance);
	return Object.fromEntries(value.fields);
}

for (const [protocol, text] of written.entries()) {
	test(`what Python writes by protocol ${protocol} is read as data`, () => {
		const state = fieldsOf(readPickle(Buffer.from(text, 'base64'), classes));
		const [torrent, again] = state['torrents'] as PickleValue[];
		assert.equal(torrent, again);
		const fields = fieldsOf(torrent!);
		assert.equal(fields['shared'], fields['trackers']);
		delete fields['shared'];
		assert.deepEqual(fields, {
			torrent_id: 'ab'.repeat(20),
			save_path: '/srv/däta☃',
			paused: true,
			stop_ratio: 1.5,
			queue: -1,
			file_priorities: [4, 7, 0, 1],
			max_download_speed: 500,
			trackers: [
				new Map<string, unknown>([
					['url', "http://a'b\\c"],
					['tier', 0],
				]),
			],
			magnet: null,
			total: 2 ** 40,
			big: 2n ** 70n,
			small: -70_000,
			quoted: 'say "hi" it\'s\n',
		});
	});

	test(`a pickle of protocol ${protocol} that is cut anywhere is refused`, () => {
		const bytes = Buffer.from(text, 'base64');
		for (let length = 0; length < bytes.length; length++)
			assert.throws(() => readPickle(bytes.subarray(0, length), classes), ProtocolError, String(length));
	});

	test(`a pickle of protocol ${protocol} with any byte changed is read or refused, and nothing else happens`, () => {
		const bytes = Buffer.from(text, 'base64');
		for (let at = 0; at < bytes.length; at++) {
			for (const other of [0, 0x28, 0x2e, 0x52, 0x63, 0x80, 0xff, bytes[at]! ^ 1]) {
				const changed = Buffer.from(bytes);
				changed[at] = other;
				try {
					readPickle(changed, classes);
				} catch (error) {
					assert.ok(error instanceof ProtocolError, String(error));
				}
			}
		}
	});
}

const bombs: ReadonlyArray<readonly [what: string, pickle: string, said: RegExp]> = [
	['a call of the system', "cos\nsystem\n(S'true'\ntR.", /asks for "os system"/],
	['a call of an inner function', "c__builtin__\neval\n(S'1'\ntR.", /asks for "__builtin__ eval"/],
	['a class by its name on the stack', '\x80\x04\x8c\x02os\x8c\x06system\x93.', /asks for "os system"/],
	['a call of an allowed class', 'cdeluge.core.torrentmanager\nTorrentState\n)R.', /asks for a call/],
	[
		'a maker of another class',
		'ccopy_reg\n_reconstructor\n(c__builtin__\nobject\nNNtR.',
		/object of no class/,
	],
	['an instance of another class', '(ios\nsystem\n.', /asks for "os system"/],
	['an object of what is no class', '(I1\no.', /object of no class/],
	['a reference to elsewhere', 'Pfile\n.', /instruction "P"/],
	['an extension', '\x82\x01.', /instruction/],
	['a number of a million digits', `I${'9'.repeat(1_000_000)}\n.`, /number that is none/],
	['a long number', '\x8b\xff\xff\xff\x7f', /cut short/],
	['a long text', 'X\xff\xff\xff\xffx.', /cut short/],
	['a longer one', '\x8d\xff\xff\xff\xff\xff\xff\xff\xffx.', /cut short/],
	['an end without a beginning', 't.', /did not begin/],
	['a later protocol', '\x80\x09N.', /later protocol/],
	['a key without a value', '(I1\nd.', /no value/],
];

for (const [what, text, said] of bombs) {
	test(`a pickle with ${what} is refused`, () => {
		assert.throws(() => readPickle(Buffer.from(text, 'latin1'), classes), said);
	});
}

test('lists in lists a million deep, and lists that hold themselves twice a hundred times over, are no trouble', () => {
	readPickle(Buffer.from(`${'('.repeat(1_000_000)}${'l'.repeat(1_000_000)}.`), classes);
	const doubled = Array.from({length: 200}, (_, at) => `(g${at}\ng${at}\nlp${at + 1}\n`).join('');
	readPickle(Buffer.from(`(lp0\n${doubled}.`), classes);
	const itself = readPickle(Buffer.from('(lp0\ng0\na.'), classes);
	assert.ok(Array.isArray(itself) && itself[0] === itself);
});
