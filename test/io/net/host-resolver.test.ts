import assert from 'node:assert/strict';
import {test} from 'node:test';
import {HostResolver} from '../../../source/io/net/host-resolver.ts';
import {resolvePeer} from '../../../source/io/net/resolve-peer.ts';
import {HandClock, settled} from '../../helpers/hand-clock.ts';

function stage() {
	const clock = new HandClock();
	const asked: Array<{name: string} & PromiseWithResolvers<readonly string[]>> = [];
	const resolver = new HostResolver(clock, name => {
		const question = {name, ...Promise.withResolvers<readonly string[]>()};
		asked.push(question);
		return question.promise;
	});
	return {clock, asked, resolver};
}

test('an address is its own, and nobody is asked', async () => {
	const {asked, resolver} = stage();
	assert.deepEqual(await resolver.lookUp('192.0.2.1'), ['192.0.2.1']);
	assert.deepEqual(await resolver.lookUp('2001:db8::1'), ['2001:db8::1']);
	assert.deepEqual(asked, []);
});

test('a name is asked for once, however many want it at a time and in the ten seconds after, and again afterwards', async () => {
	const {clock, asked, resolver} = stage();
	const answers = [
		resolver.lookUp('one.example'),
		resolver.lookUp('one.example'),
		resolver.first('one.example'),
	];
	assert.equal(asked.length, 1);
	asked[0]!.resolve(['192.0.2.1', '192.0.2.2']);
	assert.deepEqual(await Promise.all(answers), [
		['192.0.2.1', '192.0.2.2'],
		['192.0.2.1', '192.0.2.2'],
		'192.0.2.1',
	]);
	await clock.pass(9_999);
	assert.deepEqual(await resolver.lookUp('one.example'), ['192.0.2.1', '192.0.2.2']);
	assert.equal(asked.length, 1);
	await clock.pass(1);
	void resolver.lookUp('one.example');
	assert.equal(asked.length, 2);
	asked[1]!.resolve(['192.0.2.3']);
	await settled();
	assert.deepEqual(await resolver.lookUp('one.example'), ['192.0.2.3'], 'the newer answer counts');
});

test('of the answers that are kept there are 256 at most, and none that was a refusal', async () => {
	const {asked, resolver} = stage();
	for (let n = 0; n < 257; n++) {
		const answer = resolver.lookUp(`${n}.example`);
		asked[n]!.resolve(['192.0.2.1']);
		await answer;
	}
	await resolver.lookUp('1.example');
	assert.equal(asked.length, 257);
	void resolver.lookUp('0.example');
	assert.equal(asked.length, 258);
	for (const turn of [258, 259]) {
		const refused = assert.rejects(resolver.lookUp('none.example'));
		asked[turn]!.reject(new Error('no'));
		await refused;
		await settled();
	}
});

test('a resolver that hangs is waited for 10 s, and is not asked a second time meanwhile', async () => {
	const {clock, asked, resolver} = stage();
	const first = assert.rejects(resolver.lookUp('one.example'), /takes too long/);
	await clock.pass(9_999);
	const second = assert.rejects(resolver.lookUp('one.example'), /takes too long/);
	await clock.pass(1);
	await first;
	assert.equal(asked.length, 1);
	await clock.pass(10_000);
	await second;
	assert.equal(clock.next, undefined);
});

test('what the system says of a name is told, and leaves no timer', async () => {
	const {clock, asked, resolver} = stage();
	const answer = assert.rejects(resolver.lookUp('one.example'), {code: 'ENOTFOUND'});
	asked[0]!.reject(Object.assign(new Error('no'), {code: 'ENOTFOUND'}));
	await answer;
	await settled();
	assert.equal(clock.next, undefined);
	const none = resolver.first('one.example');
	asked[1]!.reject(new Error('no'));
	assert.equal(await none, undefined);
});

test('a peer is HOST:PORT; what is none, or is not found, is told in one line', async () => {
	const {asked, resolver} = stage();
	assert.deepEqual(await resolvePeer(' 192.0.2.1:6881 ', resolver), {host: '192.0.2.1', port: 6881});
	assert.deepEqual(await resolvePeer('[2001:db8::1]:1', resolver), {host: '2001:db8::1', port: 1});
	for (const wrong of ['192.0.2.1', '192.0.2.1:0', '192.0.2.1:65536', ':1', '2001:db8::1:1', '']) {
		await assert.rejects(resolvePeer(wrong, resolver), {code: 'bad-peer'}, wrong);
	}
	const named = resolvePeer('peer.example:7', resolver);
	asked[0]!.resolve(['2001:db8::2']);
	assert.deepEqual(await named, {host: '2001:db8::2', port: 7});
	const unknown = resolvePeer('other.example:7', resolver);
	await settled();
	asked[1]!.reject(new Error('no'));
	await assert.rejects(unknown, {code: 'unknown-host', message: /no address is known for other\.example/});
});
