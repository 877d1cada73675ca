import assert from 'node:assert/strict';
import test from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {PiecePicker, timeCriticalPriority} from '../../../source/policy/pieces/piece-picker.ts';
import {Deadlines} from '../../../source/policy/requests/deadline-list.ts';
import {
	type DuePeer,
	isOnItsWay,
	planDue,
	timeToSend,
} from '../../../source/policy/requests/deadline-planner.ts';
import {PartialPieces} from '../../../source/policy/requests/partial-pieces.ts';
import {RequestPlanner} from '../../../source/policy/requests/request-planner.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {seeded} from '../seeded.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz';
const pieceCount = letters.length;
const blocksPerPiece = 4;

interface Drawn {
	/** Milliseconds a block takes it; 0 when it has not sent one. */
	readonly block: number;
	/** What it was asked for, in order: `a0` is the first block of piece a, `.` some block that is not due. */
	readonly asked?: string;
	/** The letters of its pieces; all when left out. */
	readonly has?: string;
	readonly room?: number;
	readonly waited?: number;
}

interface Scene {
	/** Milliseconds from now, by the letter of the piece. */
	readonly due: Readonly<Record<string, number>>;
	readonly peers: Readonly<Record<string, Drawn>>;
	/** Blocks that are here: `a1 b0`. */
	readonly here?: string;
	readonly most?: number;
}

const now = 1_000_000;
const bulk = letters.indexOf('z');

function readBlock(text: string, bulkBlock: () => readonly [number, number]): readonly [number, number] {
	return text === '.' ? bulkBlock() : [letters.indexOf(text[0]!), Number(text.slice(1))];
}

/** The asks in words: `fast a0`. */
function plan({due, peers, here = '', most = 100}: Scene): string[] {
	const map = PieceGeometry.uniform(pieceCount * blocksPerPiece * blockLength, blocksPerPiece * blockLength);
	const partials = new PartialPieces(map);
	const deadlines = new Deadlines();
	for (const [letter, within] of Object.entries(due)) deadlines.set(letters.indexOf(letter), now + within);
	const begin = (piece: number) => partials.get(piece) ?? partials.begin(piece);
	for (const [piece, block] of here.split(' ').flatMap(text => (text ? [readBlock(text, () => [0, 0])] : [])))
		partials.receive(begin(piece), block, 0, 9);
	const names = Object.keys(peers);
	const facts = Object.values(peers).map(({block, asked = '', has, room = 100, waited = 0}, id): DuePeer => {
		let bulkBlocks = 0;
		const blocks = asked
			.split(' ')
			.filter(text => text !== '')
			.map(text => readBlock(text, () => [bulk, bulkBlocks++ % blocksPerPiece]));
		for (const [piece, number] of blocks) if (piece !== bulk) partials.askFor(begin(piece), number);
		const pieces = new Bitfield(pieceCount);
		for (const letter of has ?? '') pieces.set(letters.indexOf(letter));
		return {
			id,
			pieces: has === undefined ? undefined : pieces,
			outstanding: blocks.length,
			room,
			blockTime: block,
			waited,
			eachAsked(tell) {
				for (const [ahead, [piece, number]] of blocks.entries()) tell(piece, number, ahead);
			},
		};
	});
	const asks = planDue(deadlines, facts, {partials, map}, now, most);
	late = [...deadlines.late].map(piece => letters[piece]).join('');
	room = asks.flatMap(({peer, makesRoom}) => (makesRoom ? [names[peer]!] : [])).join(' ');
	return asks.map(({peer, piece, block}) => `${names[peer]} ${letters[piece]}${block}`);
}

/** Of the last plan: the pieces that nobody sends in time, and who is to have taken back what is not due. */
let late = '';
let room = '';

/** So many blocks that are not due. */
const queue = (blocks: number): string => '. '.repeat(blocks);

test('what is due soon and was asked of nobody is asked of whoever will have sent it first', () => {
	const peers = {slow: {block: 1000}, fast: {block: 100, asked: queue(3)}};
	assert.deepEqual(plan({due: {a: 800}, peers}), ['fast a0', 'fast a1', 'fast a2', 'fast a3']);
});

test('blocks of one piece are spread over peers when together they are sooner', () => {
	const peers = {one: {block: 300}, two: {block: 300}, behind: {block: 300, asked: queue(20)}};
	assert.deepEqual(plan({due: {a: 700}, peers}), ['one a0', 'two a1', 'one a2', 'two a3']);
});

test('the piece that is due first has its blocks first, wherever it lies', () => {
	const peers = {one: {block: 100, room: 6}};
	assert.deepEqual(plan({due: {a: 900, q: 300, c: 600}, peers}), [
		'one q0',
		'one q1',
		'one q2',
		'one q3',
		'one c0',
		'one c1',
	]);
});

test('what is due later waits for a peer that has room', () => {
	const peers = {one: {block: 100, asked: queue(10)}};
	assert.deepEqual(plan({due: {a: 20_000}, peers}), []);
	assert.deepEqual(plan({due: {a: 1500}, peers}).length, 4);
});

test('a block that will be late where it was asked for is asked again of one that is in time', () => {
	const peers = {slow: {block: 1000, asked: `${queue(4)} a0 a1`}, fast: {block: 50, asked: queue(10)}};
	assert.deepEqual(plan({due: {a: 2000}, here: 'a2 a3', peers}), ['fast a0', 'fast a1']);
});

test('a block that will be in time where it was asked for is not asked again', () => {
	const peers = {slow: {block: 1000, asked: 'a0 a1 a2 a3'}, fast: {block: 50}};
	assert.deepEqual(plan({due: {a: 4000}, peers}), []);
	assert.deepEqual(plan({due: {a: 3900}, peers}), ['fast a3']);
});

test('a peer that has fallen silent is counted on less and less', () => {
	const silent = (waited: number) => ({silent: {block: 100, asked: 'a0', waited}, other: {block: 500}});
	const scene = (waited: number) => plan({due: {a: 1000}, here: 'a1 a2 a3', peers: silent(waited)});
	assert.deepEqual(scene(50), []);
	assert.deepEqual(scene(1000), []);
	assert.deepEqual(scene(1200), ['other a0']);
});

test('when nobody is in time a block is asked again of one that is twice as soon, and not of others', () => {
	const scene = (block: number) =>
		plan({
			due: {a: -500},
			here: 'a1 a2 a3',
			peers: {slow: {block: 1000, asked: `${queue(3)} a0`}, other: {block}},
		});
	assert.deepEqual(scene(1900), ['other a0']);
	assert.deepEqual(scene(2100), []);
});

test('a block is asked of three peers at the most', () => {
	const late = {block: 5000, asked: 'a0'};
	const peers = {one: late, two: late, fast: {block: 10}};
	assert.deepEqual(plan({due: {a: 100}, here: 'a1 a2 a3', peers}), ['fast a0']);
	assert.deepEqual(plan({due: {a: 100}, here: 'a1 a2 a3', peers: {...peers, three: late}}), []);
});

test('nobody is asked for a piece it does not have, for more than it takes, or twice for one block', () => {
	assert.deepEqual(plan({due: {a: 100}, peers: {other: {block: 10, has: 'bc'}}}), []);
	assert.deepEqual(plan({due: {a: 100}, peers: {full: {block: 10, room: 0}}}), []);
	const own = {only: {block: 1000, asked: `${queue(5)} a0 a1 a2 a3`}};
	assert.deepEqual(plan({due: {a: 100}, peers: own}), []);
	assert.deepEqual(plan({due: {a: 100}, peers: {narrow: {block: 10, room: 1}, wide: {block: 90}}}), [
		'narrow a0',
		'wide a1',
		'wide a2',
		'wide a3',
	]);
});

test('blocks that are here are not asked for, and no more is asked than makes sense', () => {
	const peers = {one: {block: 10}};
	assert.deepEqual(plan({due: {a: 100}, here: 'a0 a2', peers}), ['one a1', 'one a3']);
	assert.deepEqual(plan({due: {a: 100}, peers, most: 3}).length, 3);
});

test('somebody who has sent nothing yet is asked when nobody known is sooner', () => {
	assert.deepEqual(plan({due: {a: 100}, here: 'a1 a2 a3', peers: {new: {block: 0}, slow: {block: 900}}}), [
		'new a0',
	]);
	assert.deepEqual(plan({due: {a: 100}, here: 'a1 a2 a3', peers: {new: {block: 0}, fast: {block: 90}}}), [
		'fast a0',
	]);
});

test('what is late wherever it is asked for does not stand in queues of more than a second', () => {
	const due = Object.fromEntries([...letters.slice(0, 20)].map((letter, at) => [letter, 100 + at]));
	const asks = plan({due, peers: {fast: {block: 100}, slow: {block: 400}}});
	assert.deepEqual(asks.slice(0, 5), ['fast a0', 'fast a1', 'fast a2', 'fast a3', 'slow b0']);
	assert.equal(asks.filter(text => text.startsWith('fast')).length, 10);
	assert.equal(asks.filter(text => text.startsWith('slow')).length, 2);
	// Also nothing that would be in time: it would stand before what waits.
	assert.ok(!asks.some(text => / t\d/.test(text)));
	assert.ok(late.startsWith('abc'), late);
});

test('what is not due and not on its way makes room for what would be late behind it', () => {
	assert.deepEqual(plan({due: {a: 300}, here: 'a1 a2 a3', peers: {one: {block: 100, asked: queue(20)}}}), [
		'one a0',
	]);
	assert.equal(room, 'one');
	// In time behind it, or with nothing to take back, nothing is.
	plan({due: {a: 2500}, here: 'a1 a2 a3', peers: {one: {block: 100, asked: queue(20)}}});
	assert.equal(room, '');
	plan({due: {a: 100, b: 2500}, here: 'a1 a2 a3', peers: {one: {block: 100, asked: 'b0 b1 b2 b3'}}});
	assert.equal(room, '');
	// What is due, but not for long, makes room, too.
	plan({due: {a: 100, b: 9000}, here: 'a1 a2 a3', peers: {one: {block: 200, asked: 'b0 b1 b2 b3'}}});
	assert.equal(room, 'one');
	// Whoever is soonest then is asked, though another has the shorter queue now.
	const peers = {fast: {block: 50, asked: queue(30)}, slow: {block: 400, asked: queue(2)}};
	assert.deepEqual(plan({due: {a: 300}, here: 'a1 a2 a3', peers}), ['fast a0']);
});

test('what is being sent is on its way, and what comes soon', () => {
	assert.ok(isOnItsWay({blockTime: 2000, waited: 0}, 0));
	assert.ok(isOnItsWay({blockTime: 100, waited: 0}, 1));
	assert.ok(!isOnItsWay({blockTime: 100, waited: 0}, 3));
	// Whoever was that fast may have been so for a moment only.
	assert.ok(isOnItsWay({blockTime: 1, waited: 0}, 3) && !isOnItsWay({blockTime: 1, waited: 0}, 20));
});

test('without deadlines nothing is asked', () => {
	assert.deepEqual(plan({due: {}, peers: {one: {block: 10}}}), []);
});

test('the time a block takes counts from when the peer sent last, and doubts grow with its silence', () => {
	assert.equal(timeToSend({blockTime: 100, waited: 0}, 0), 100);
	assert.equal(timeToSend({blockTime: 100, waited: 60}, 2), 240);
	assert.equal(timeToSend({blockTime: 100, waited: 5000}, 0), 4900);
});

/** A planner for 26 pieces of four blocks; answers the letters of what a seed with this block time is asked for. */
function planner(due: Readonly<Record<string, number>>) {
	const map = PieceGeometry.uniform(pieceCount * blocksPerPiece * blockLength, blocksPerPiece * blockLength);
	const picker = new PiecePicker(pieceCount, seeded(1));
	const partials = new PartialPieces(map);
	const deadlines = new Deadlines();
	for (const [letter, within] of Object.entries(due)) {
		deadlines.set(letters.indexOf(letter), now + within);
		picker.setPriority(letters.indexOf(letter), timeCriticalPriority);
	}
	const planner = new RequestPlanner(picker, partials, deadlines);
	let ids = 0;
	return {
		picker,
		deadlines,
		ask(
			count: number,
			blockTime: number,
			change: {onParole?: boolean; snubbed?: boolean; has?: string} = {},
		) {
			const pieces = new Bitfield(pieceCount);
			for (const letter of change.has ?? '') pieces.set(letters.indexOf(letter));
			const got: string[] = [];
			planner.plan(
				{
					id: ids++,
					pieces: change.has === undefined ? undefined : pieces,
					snubbed: change.snubbed ?? false,
					onParole: change.onParole ?? false,
					outstanding: 0,
					blockTime,
					asked: () => false,
				},
				count,
				{sequential: false, have: 9, mayBegin: true, now},
				piece => got.push(letters[piece]!),
			);
			return got.join('');
		},
	};
}

test('a peer with room is asked for what is due first, in order of time, before all priorities', () => {
	const {ask, picker} = planner({q: 5000, c: 9000});
	picker.setPriority(letters.indexOf('b'), 4);
	assert.equal(ask(10, 10), 'qqqqccccbb');
});

test('a peer that would be late leaves what is due to others, and takes only as many blocks as it has time for', () => {
	const {ask} = planner({q: 5000});
	assert.doesNotMatch(ask(4, 6000), /q/);
	assert.equal(ask(4, 1500).replaceAll(/[^q]/g, ''), 'qq');
	assert.equal(ask(4, 100).replaceAll(/[^q]/g, ''), 'qq');
});

test('a peer that lacks the first due piece is asked for the next', () => {
	const {ask} = planner({q: 5000, c: 9000});
	assert.equal(ask(4, 10, {has: 'abc'}), 'cccc');
});

test('what nobody sends in time is taken in order by whoever has room, but for those who would keep it long', () => {
	const {ask, deadlines} = planner({q: -500, c: 100});
	deadlines.late.add(letters.indexOf('q')).add(letters.indexOf('c'));
	assert.doesNotMatch(ask(2, 1000), /[qc]/);
	assert.equal(ask(6, 100), 'qqqqcc');
	deadlines.set(letters.indexOf('c'), now + 200);
	assert.doesNotMatch(ask(2, 400), /c/);
});

test('who snubs us is asked for nothing that is due', () => {
	assert.doesNotMatch(planner({q: 5000}).ask(8, 10, {snubbed: true}), /q/);
});

test('who is suspected of lies fetches what is due alone, and others go on with what comes next', () => {
	const {ask} = planner({q: 5000, c: 9000});
	assert.match(ask(1, 10, {onParole: true}), /[qc]/);
	assert.equal(ask(4, 10).length, 4);
});
