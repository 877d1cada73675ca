import assert from 'node:assert/strict';
import {test} from 'node:test';
import {KeptOrder} from '../../../source/ui/model/kept-order.ts';
import {seeded} from '../../policy/seeded.ts';

interface Item {
	readonly id: string;
	readonly size: number;
	readonly text: string;
}

const bySize = (a: Item, b: Item) => a.size - b.size;
const byText = (a: Item, b: Item) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0);

function open() {
	const counted = {looked: 0};
	const order = new KeptOrder<Item, {readonly letter: string}>(({letter}) => item => {
		counted.looked++;
		return item.text.includes(letter);
	});
	return {order, counted};
}

test('after any changes it is the order that sorting all anew gives', () => {
	const random = seeded(16);
	const one = (id: number): Item => ({
		id: `${id}`,
		size: Math.floor(random() * 20),
		text: 'abcd'[Math.floor(random() * 4)]!,
	});
	const {order} = open();
	let items = Array.from({length: 200}, (_, id) => one(id));
	let choice = {letter: ''};
	let compare: typeof bySize | undefined = bySize;
	for (let round = 0; round < 500; round++) {
		if (round % 50 === 7) items = [...items.slice(1), one(1000 + round)];
		if (round % 60 === 9) choice = {letter: 'abcd'[round % 4]!};
		if (round % 70 === 11) compare = [bySize, byText, undefined][Math.floor(random() * 3)];
		const changes = Math.floor(random() * (round % 10 === 0 ? 100 : 6));
		items = [...items];
		for (let n = 0; n < changes; n++) {
			const place = Math.floor(random() * items.length);
			items[place] = {...one(0), id: items[place]!.id};
		}
		const fitting = items.filter(({text}) => text.includes(choice.letter));
		const expected = compare === undefined ? fitting : fitting.toSorted(compare);
		assert.deepEqual(order.shown(items, compare, choice, round), expected, `round ${round}`);
	}
});

test('of many items only those are chosen again that are others, and all of them now and then', () => {
	const {order, counted} = open();
	const choice = {letter: 'a'};
	let items = Array.from({length: 1000}, (_, id): Item => ({id: `${id}`, size: id, text: 'a'}));
	order.shown(items, bySize, choice, 0);
	assert.equal(counted.looked, 1000);
	items = items.with(7, {id: '7', size: 7000, text: 'b'});
	assert.equal(order.shown(items, bySize, choice, 1000).length, 999);
	assert.equal(counted.looked, 1001);
	items = items.with(7, {id: '7', size: 7000, text: 'a'});
	const shown = order.shown(items, bySize, choice, 6000);
	assert.equal(counted.looked, 2001, 'what fits may depend on the time of day');
	assert.equal(shown.at(-1)!.id, '7');
	assert.equal(order.shown(items, bySize, choice, 6001), shown, 'the same list for the same question');
});
