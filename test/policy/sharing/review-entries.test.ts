import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {KnownEntry, SeenEntry} from '../../../source/policy/sharing/known-entry.ts';
import {
	type EntriesReview,
	type OtherTorrent,
	reviewEntries,
} from '../../../source/policy/sharing/review-entries.ts';
import {SettledEntries, settleTime} from '../../../source/policy/sharing/settled-entries.ts';

const id = 'a'.repeat(40);

function seen(name: string, more: Partial<SeenEntry> = {}): SeenEntry {
	return {name, inode: `1:${name}`, look: 'whole', size: 10, ...more};
}

function known(name: string, more: Partial<KnownEntry> = {}): KnownEntry {
	const {look, inode, size} = seen(name);
	return {name, look, inode, size, root: 'disk', id, state: 'shared', hashedAt: 0, ...more};
}

/** One folder, looked at again and again. */
class Folder {
	readonly settled = new SettledEntries();
	known: KnownEntry[] = [];
	seen: SeenEntry[] = [];
	has: readonly string[] = [id];
	other: OtherTorrent | undefined;
	root: string | undefined = 'disk';
	handled = false;

	/** What is to be done, as `share film`, then what is waited for. */
	review(now: number): string[] {
		const facts: EntriesReview = {
			root: this.root,
			known: new Map(this.known.map(entry => [entry.name, entry])),
			seen: new Map(this.seen.map(entry => [entry.name, entry])),
			isUnclear: name => name === 'unclear',
			has: each => this.has.includes(each),
			other: () => this.other,
			isHandled: () => this.handled,
			settled: this.settled,
			now,
			wall: now,
		};
		const {actions, waiting, downloading, nextAt} = reviewEntries(facts);
		return [
			...actions.map(action => `${action.type} ${'seen' in action ? action.seen.name : action.known.name}`),
			...waiting.map(name => `wait ${name}`),
			...(downloading > 0 ? [`on its way ${downloading}`] : []),
			...(nextAt === undefined ? [] : [`again at ${nextAt}`]),
		];
	}
}

test('a new entry is shared when it has rested', () => {
	const folder = new Folder();
	folder.seen = [seen('film')];
	assert.deepEqual(folder.review(0), ['wait film', `again at ${settleTime}`]);
	assert.deepEqual(folder.review(settleTime), ['share film']);
	folder.handled = true;
	assert.deepEqual(folder.review(settleTime), []);
});

test('what is on its way, there or away, is left alone, and rests anew when that is over, also when it is ours', () => {
	for (const entries of [[], [known('film')]]) {
		const folder = new Folder();
		folder.known = entries;
		folder.seen = [seen('film', {look: 'half'})];
		folder.review(0);
		folder.other = {id, state: 'downloading', exact: true};
		assert.deepEqual(folder.review(100_000), ['on its way 1']);
		folder.other = undefined;
		assert.deepEqual(folder.review(200_000), ['wait film', `again at ${200_000 + settleTime}`]);
		assert.deepEqual(folder.review(200_000 + settleTime), ['share film']);
	}
});

test("somebody else's torrent is left to them, unless the entry is ours", () => {
	const folder = new Folder();
	folder.seen = [seen('film')];
	folder.other = {id, state: 'whole', exact: true};
	assert.deepEqual(folder.review(0), ['foreign film']);
	folder.known = [known('film', {state: 'foreign'})];
	assert.deepEqual(folder.review(0), []);
	folder.known = [known('film')];
	assert.deepEqual(folder.review(0), []);
});

test('what is gone is taken out after a moment; where nobody can say it stays', () => {
	const folder = new Folder();
	folder.known = [known('film'), known('unclear')];
	assert.deepEqual(folder.review(0), [`again at ${settleTime}`]);
	assert.deepEqual(folder.review(settleTime), ['gone film']);
});

test('when the folder is gone, or another one is at its place, its torrents wait and nothing is taken out', () => {
	for (const root of [undefined, 'mount point']) {
		const folder = new Folder();
		folder.root = root;
		folder.known = [known('film'), known('held', {held: true}), known('theirs', {state: 'foreign'})];
		assert.deepEqual(folder.review(0), ['hold film']);
		assert.deepEqual(folder.review(100_000), ['hold film']);
	}
});

test('what was held goes on when it is back, and what has only got another number is noted', () => {
	const folder = new Folder();
	folder.known = [known('held', {held: true}), known('moved', {root: 'former'})];
	folder.seen = [seen('held'), seen('moved')];
	assert.deepEqual(folder.review(0), ['release held', 'note moved']);
});

test('what a person has declined stays out until it is another; what was begun goes on without a wait', () => {
	const folder = new Folder();
	folder.has = [];
	folder.known = [known('declined', {state: 'declined'}), known('begun', {state: 'adding'})];
	folder.seen = [seen('declined'), seen('begun')];
	assert.deepEqual(folder.review(0), ['share begun']);
	folder.seen = [seen('declined', {look: 'other'}), seen('begun')];
	folder.review(1);
	assert.deepEqual(folder.review(settleTime + 1), ['share declined', 'share begun']);
});

test('an empty entry is not shared, and what was emptied is taken out when it is the same thing', () => {
	const folder = new Folder();
	folder.seen = [seen('new', {size: 0}), seen('mount', {size: 0, inode: '2:1', look: ''})];
	folder.known = [known('mount'), known('emptied')];
	folder.seen.push(seen('emptied', {size: 0, look: ''}));
	assert.deepEqual(folder.review(0), [`again at ${settleTime}`]);
	assert.deepEqual(folder.review(settleTime), ['gone emptied']);
});

test('a folder with a part in it waits for ten minutes after the part was written to', () => {
	const folder = new Folder();
	folder.seen = [seen('series', {partialAt: 0})];
	folder.review(0);
	assert.deepEqual(folder.review(300_000), ['wait series', 'again at 600000']);
	assert.deepEqual(folder.review(600_000), ['share series']);
});
