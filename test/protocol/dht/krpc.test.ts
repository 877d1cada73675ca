import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
	BadQuery,
	decodeKrpc,
	encodeError,
	encodeQuery,
	encodeResponse,
	type KrpcQuery,
	type KrpcResponse,
	looksLikeKrpc,
} from '../../../source/protocol/dht/krpc.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const text = (data: Uint8Array): string => Buffer.from(data).toString('latin1');
const id = bytes('abcdefghij0123456789');
const target = bytes('mnopqrstuvwxyz123456');
const transaction = bytes('aa');
const sender = {id, client: bytes('TT01'), readOnly: false};

test('queries are written as BEP 5 has them, with what we are', () => {
	assert.equal(
		text(encodeQuery(sender, transaction, {name: 'ping'})),
		'd1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:v4:TT011:y1:qe',
	);
	assert.equal(
		text(encodeQuery(sender, transaction, {name: 'find_node', target})),
		'd1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:v4:TT011:y1:qe',
	);
	assert.equal(
		text(
			encodeQuery({...sender, readOnly: true}, transaction, {
				name: 'get_peers',
				target,
				want: ['ipv4', 'ipv6'],
			}),
		),
		'd1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234564:wantl2:n42:n6ee1:q9:get_peers2:roi1e1:t2:aa1:v4:TT011:y1:qe',
	);
});

test('implied_port is never said together with a port that was given', () => {
	const asking = {name: 'announce_peer', target, token: bytes('tok'), localPort: 6881, seed: false} as const;
	const given = text(encodeQuery(sender, transaction, {...asking, port: 7000}));
	assert.ok(given.includes('4:porti7000e') && !given.includes('implied_port'), given);
	const implied = text(encodeQuery(sender, transaction, {...asking, port: undefined, seed: true}));
	assert.ok(implied.includes('12:implied_porti1e') && implied.includes('4:porti6881e'), implied);
	assert.ok(implied.includes('4:seedi1e'));
});

test('what we write we read', () => {
	const query = decodeKrpc(
		encodeQuery(sender, transaction, {name: 'get_peers', target, want: ['ipv6'], noSeed: true, scrape: true}),
	) as KrpcQuery;
	assert.equal(query.kind, 'query');
	assert.equal(query.name, 'get_peers');
	assert.deepEqual([text(query.id), text(query.target!)], [text(id), text(target)]);
	assert.deepEqual([...query.want!], ['ipv6']);
	assert.deepEqual([query.noSeed, query.scrape, query.readOnly], [true, true, false]);
	const nodes = [{id: target, host: '198.51.100.4', port: 9}];
	const nodes6 = [{id: target, host: '2001:db8::4', port: 10}];
	const answer = decodeKrpc(
		encodeResponse(sender, transaction, Uint8Array.of(192, 0, 2, 1, 26, 225), {
			nodes: {ipv4: nodes, ipv6: nodes6},
			values: [Uint8Array.of(203, 0, 113, 5, 26, 225)],
			token: bytes('secret'),
			samples: target,
			num: 17,
			interval: 60,
		}),
	) as KrpcResponse;
	assert.deepEqual(
		answer.nodes.map(({id, host, port}) => [text(id), host, port]),
		[
			[text(target), '198.51.100.4', 9],
			[text(target), '2001:db8::4', 10],
		],
	);
	assert.deepEqual(answer.values, [{host: '203.0.113.5', port: 6881}]);
	assert.equal(text(answer.token!), 'secret');
	assert.deepEqual([answer.num, answer.interval, answer.samples!.length], [17, 60, 1]);
	assert.deepEqual(answer.ourAddress, {host: '192.0.2.1', port: 6881});
	const refusal = decodeKrpc(encodeError(sender, transaction, 203, 'no'));
	assert.deepEqual(
		[refusal.kind, refusal.kind === 'error' && refusal.code, refusal.kind === 'error' && refusal.text],
		['error', 203, 'no'],
	);
});

test('values of 6 and 18 bytes may be mixed, and all be in one string; tokens may have any length', () => {
	const six = '\xc6\x33\x64\x07\x1a\xe1';
	const eighteen = ` \x01\r\xb8${'\0'.repeat(11)}\x09\x1a\xe1`;
	const response = decodeKrpc(
		bytes(
			`d1:rd2:id20:abcdefghij01234567895:token1:x6:valuesl6:${six}18:${eighteen}12:${six}\xc6\x33\x64\x08\x1a\xe1ee1:t2:aa1:y1:re`,
		),
	) as KrpcResponse;
	assert.deepEqual(
		response.values.map(({host}) => host),
		['198.51.100.7', '2001:db8::9', '198.51.100.7', '198.51.100.8'],
	);
	assert.equal(text(response.token!), 'x');
});

test('what is no message is refused, and a query that makes no sense can be told so', () => {
	const wrong = [
		'',
		'le',
		'i1e',
		'd1:y1:qe',
		'd1:t0:1:y1:qe',
		`d1:t17:${'x'.repeat(17)}1:y1:qe`,
		'd1:t2:aa1:y1:xe',
		'd1:rd2:id3:abce1:t2:aa1:y1:re',
		'd1:t2:aa1:y1:re',
		'd1:rle1:t2:aa1:y1:re',
		`d1:t2:aa1:v5000:${'x'.repeat(5000)}1:y1:re`,
	];
	for (const message of wrong)
		assert.throws(() => decodeKrpc(bytes(message)), {name: 'ProtocolError'}, message.slice(0, 40));
	const queries = [
		'd1:q4:ping1:t2:aa1:y1:qe',
		'd1:ade1:q4:ping1:t2:aa1:y1:qe',
		'd1:ad2:id20:abcdefghij0123456789e1:t2:aa1:y1:qe',
		'd1:ad2:id20:abcdefghij0123456789e1:q9:find_node1:t2:aa1:y1:qe',
		'd1:ad2:id20:abcdefghij01234567899:info_hash19:mnopqrstuvwxyz12345e1:q9:get_peers1:t2:aa1:y1:qe',
	];
	for (const query of queries) {
		assert.throws(
			() => decodeKrpc(bytes(query)),
			(error: unknown) => error instanceof BadQuery && text(error.transaction) === 'aa',
			query,
		);
	}
});

test('an unknown query with a target is one, for new questions are asked the same way', () => {
	const query = decodeKrpc(
		bytes('d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q6:mutate1:t2:aa1:y1:qe'),
	) as KrpcQuery;
	assert.equal(query.name, 'unknown');
	assert.equal(text(query.target!), text(target));
});

test('nobody is sent to addresses nobody has', () => {
	const nodes = [
		'\0\0\0\0\x1a\xe1',
		'\xef\x01\x01\x01\x1a\xe1',
		'\xc6\x33\x64\x07\0\0',
		'\xc6\x33\x64\x07\x1a\xe1',
	];
	const compact = nodes.map(node => text(target) + node).join('');
	const response = decodeKrpc(
		bytes(`d1:rd2:id20:abcdefghij01234567895:nodes${compact.length}:${compact}e1:t2:aa1:y1:re`),
	) as KrpcResponse;
	assert.deepEqual(
		response.nodes.map(({host}) => host),
		['198.51.100.7'],
	);
});

test('a datagram of the DHT is known by its first byte and its last', () => {
	assert.equal(looksLikeKrpc(bytes('d1:t2:aa1:y1:qe')), true);
	assert.equal(looksLikeKrpc(bytes('d1:e')), false);
	assert.equal(looksLikeKrpc(bytes('x1:t2:aa1:y1:qe')), false);
	assert.equal(looksLikeKrpc(bytes('d1:t2:aa1:y1:q\0')), false);
});
