import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FirstFew} from '../../../source/policy/catalogue/first-few.js';
import {nameWords} from '../../../source/policy/catalogue/name-words.js';
import {seeded} from '../seeded.ts';
import {Ground, hexOf, publication} from './helpers.ts';

function named(...names: string[]): Ground {
	const ground = new Ground();
	ground.publish(
		'k1',
		names.map((name, number) => publication(number + 1, {name, size: (number + 1) * 100})),
	);
	return ground;
}

test('words are found by their beginnings, all of them, in any order', () => {
	const ground = named('Blue Harbour (live)', 'Harbour sounds 2026', 'Old harbour maps', 'blueberry pie');
	assert.deepEqual(ground.names('harb'), ['Blue Harbour (live)', 'Harbour sounds 2026', 'Old harbour maps']);
	assert.deepEqual(ground.names('live blue'), ['Blue Harbour (live)']);
	assert.deepEqual(ground.names('HARBOUR 20'), ['Harbour sounds 2026']);
	assert.deepEqual(ground.names('arbour'), []);
	assert.deepEqual(ground.names('bl'), ['Blue Harbour (live)', 'blueberry pie']);
	assert.deepEqual(ground.names('o m'), ['Old harbour maps']);
	assert.deepEqual(ground.names('harbour nothing'), []);
	assert.deepEqual(ground.names('harbour 2'), ['Harbour sounds 2026']);
	assert.deepEqual(ground.names('harbour m'), ['Old harbour maps']);
	assert.deepEqual(ground.names('?!'), []);
	assert.equal(ground.names('  ').length, 4);
});

test('accents, underscores and dots keep nobody from finding a name; scripts without spaces are found in the middle', () => {
	const ground = named('Café_Müller.flac', '川の音 録音', 'Straße');
	assert.deepEqual(ground.names('cafe muller'), ['Café_Müller.flac']);
	assert.deepEqual(ground.names('flac'), ['Café_Müller.flac']);
	assert.deepEqual(ground.names('の音'), ['川の音 録音']);
	assert.deepEqual(ground.names('録'), ['川の音 録音']);
	assert.deepEqual(ground.names('straß'), ['Straße']);
});

test('an info-hash finds its torrent', () => {
	const ground = named('one', 'two');
	assert.deepEqual(ground.names(hexOf(2)), ['two']);
	assert.deepEqual(ground.names(hexOf(3)), []);
});

test('sizes keep out what is smaller or larger', () => {
	const {index} = named('a thing', 'b thing', 'c thing');
	const sizes = (min?: number, max?: number) =>
		index.search({words: 'thing', min, max}).torrents.map(({size}) => size);
	assert.deepEqual(sizes(200), [200, 300]);
	assert.deepEqual(sizes(undefined, 200), [100, 200]);
	assert.deepEqual(sizes(150, 250), [200]);
});

test('pages follow each other in every order, each torrent once', () => {
	const ground = new Ground();
	const random = seeded(4);
	const all = Array.from({length: 230}, (_, number) =>
		publication(number, {name: `thing ${Math.floor(random() * 40)}`, size: Math.floor(random() * 30)}),
	);
	for (const {infoHash} of all) ground.seeders.set(infoHash, Math.floor(random() * 9));
	ground.publish('k1', all);
	for (const sort of ['seeds', 'size', 'new', 'name'] as const) {
		const seen: string[] = [];
		let after: string | undefined;
		do {
			const page = ground.index.search({words: 'thing', sort, after});
			seen.push(...page.torrents.map(({infoHash}) => infoHash));
			assert.ok(page.torrents.length <= 50);
			after = page.next;
		} while (after !== undefined);
		assert.equal(seen.length, 230, sort);
		assert.equal(new Set(seen).size, 230, sort);
	}
	const {torrents} = ground.index.search({words: '', sort: 'size'});
	assert.ok(torrents.every(({size}, at) => at === 0 || size <= torrents[at - 1]!.size));
});

test('a place to go on from that nobody gave is none', () => {
	const {index} = named('one', 'two');
	for (const after of ['', 'x', '1:', '1:NaN', '9'.repeat(300), '1:~'])
		assert.ok(index.search({words: '', after}).torrents.length <= 2, after);
});

test('words of what is gone find nothing, whoever else has them', () => {
	const ground = named('shared word alpha', 'shared word beta');
	ground.index.withdraw('k1', hexOf(1));
	assert.deepEqual(ground.names('shared'), ['shared word beta']);
	assert.deepEqual(ground.names('alpha'), []);
	ground.publish('k1', [publication(9, {name: 'alpha again'})]);
	assert.deepEqual(ground.names('alpha'), ['alpha again']);
});

test('a name of nothing but words is looked at in bounds', () => {
	assert.equal(nameWords(Array.from({length: 500}, (_, n) => `w${n}`).join(' ')).length, 48);
	assert.equal(nameWords('x'.repeat(5000))[0]?.length, 40);
	assert.deepEqual(nameWords('a A a'), ['a']);
});

test('the first few of many are those that sorting all of them finds', () => {
	const random = seeded(11);
	const all = Array.from({length: 500}, () => Math.floor(random() * 1000));
	const few = new FirstFew<number>(20, (a, b) => a < b);
	for (const number of all) few.offer(number);
	assert.deepEqual(few.items, [...all].sort((a, b) => a - b).slice(0, 20));
});

test('whatever is published and withdrawn, what is found is what looking at all of it finds', () => {
	const random = seeded(23);
	const pick = (count: number) => Math.floor(random() * count);
	const stock = ['alpha', 'al', 'alpine', 'beta', 'bet', '2026', '20', 'ß', 'zoo', 'a', '川', 'naïve', 'x1'];
	const name = () => Array.from({length: 1 + pick(4)}, () => stock[pick(stock.length)]).join(' ');
	const ground = new Ground({entries: 300, entriesPerPublisher: 200});
	const shared = new Map<string, {readonly name: string; readonly size: number}>();
	for (let step = 0; step < 1500; step++) {
		const number = pick(120);
		const key = ['k1', 'k2'][pick(2)]!;
		const nick = key === 'k1' ? 'ada' : 'bo';
		const at = `${key} ${hexOf(number)}`;
		if (pick(4) === 0) {
			assert.equal(ground.index.withdraw(key, hexOf(number)), shared.delete(at));
		} else if (pick(200) === 0) {
			ground.index.goodbye(key);
			for (const known of [...shared.keys()]) if (known.startsWith(key)) shared.delete(known);
		} else {
			const entry = {name: name(), size: pick(50)};
			ground.publish(key, [publication(number, {...entry, nick, peerId: hexOf(key === 'k1' ? 1 : 2)})]);
			shared.set(at, entry);
		}
		if (step % 10 > 0) continue;
		const words = [
			stock[pick(stock.length)]!.slice(0, 1 + pick(4)),
			pick(2) === 0 ? stock[pick(stock.length)]! : '',
		];
		const [min, max] = [pick(20), 20 + pick(30)];
		const found: string[] = [];
		let after: string | undefined;
		do {
			const page = ground.index.search({words: words.join(' '), min, max, sort: 'name', after});
			found.push(...page.torrents.flatMap(torrent => torrent.nicks.map(who => `${who} ${torrent.infoHash}`)));
			after = page.next;
		} while (after !== undefined);
		const wanted = nameWords(words.join(' '));
		const expected = [...shared].filter(
			([, entry]) =>
				entry.size >= min &&
				entry.size <= max &&
				wanted.every(word => nameWords(entry.name).some(other => other.startsWith(word))),
		);
		const names = expected.map(([known]) => known.replace('k1', 'ada').replace('k2', 'bo'));
		assert.deepEqual(found.sort(), names.sort(), `${words.join(' ')} at step ${step}`);
	}
	const {torrents, size} = ground.index.totals;
	const all = new Map(
		[...shared].map(([at, entry]) => [`${at.slice(3)} ${entry.name} ${entry.size}`, entry.size]),
	);
	assert.deepEqual([torrents, size], [all.size, [...all.values()].reduce((sum, one) => sum + one, 0)]);
});
