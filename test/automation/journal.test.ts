import assert from 'node:assert/strict';
import {appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {Journal} from '../../source/automation/journal.ts';
import {Workspace} from '../helpers/workspace.ts';

const asNumber = (value: unknown) => (typeof value === 'number' ? value : undefined);

async function open(path: string, failures: string[] = []): Promise<Journal<number>> {
	const journal = new Journal(path, asNumber, why => failures.push(why));
	await journal.open();
	return journal;
}

test('what was put last is there again, and what was taken out is not', async t => {
	const space = new Workspace(t);
	const path = space.path('journal');
	const journal = await open(path);
	await journal.put([
		['a', 1],
		['b', 2],
	]);
	await journal.put([['a', 3]]);
	await journal.put([['b', undefined]]);
	// As a kill would leave it: nobody closes it.
	const again = await open(path);
	assert.deepEqual([...again.entries], [['a', 3]]);
	assert.equal(again.get('b'), undefined);
});

test('a line that was cut short is as if it had not been written, and what comes after it is read', async t => {
	const space = new Workspace(t);
	const path = space.path('journal');
	writeFileSync(path, '["a",1]\n["b",2]\n["a",');
	const journal = await open(path);
	assert.deepEqual(
		[...journal.entries],
		[
			['a', 1],
			['b', 2],
		],
	);
	await journal.put([['c', 3]]);
	assert.deepEqual(
		[...(await open(path)).entries],
		[
			['a', 1],
			['b', 2],
			['c', 3],
		],
	);
});

test('what makes no sense is passed over', async t => {
	const space = new Workspace(t);
	const path = space.path('journal');
	writeFileSync(path, '["a",1]\n[5,5]\n{}\nnull\n["b","text"]\n\u0000\u0000\n["c",3]\n');
	assert.deepEqual(
		[...(await open(path)).entries],
		[
			['a', 1],
			['c', 3],
		],
	);
});

test('however often things change, the file stays short', async t => {
	const space = new Workspace(t);
	const path = space.path('journal');
	const journal = await open(path);
	for (let n = 0; n < 5000; n++) await journal.put([['a', n]]);
	await journal.close();
	assert.ok(readFileSync(path, 'utf8').split('\n').length < 1100);
	assert.deepEqual([...(await open(path)).entries], [['a', 4999]]);
});

test('what cannot be read is set aside, and what cannot be written is told of once', async t => {
	const space = new Workspace(t);
	const failures: string[] = [];
	const folder = space.path('folder');
	mkdirSync(folder);
	const journal = await open(folder, failures);
	await journal.put([['a', 1]]);
	assert.deepEqual([...(await open(folder)).entries], [['a', 1]]);
	assert.deepEqual(failures, []);

	const link = space.path('link');
	symlinkSync(space.path('elsewhere'), link);
	const linked = await open(link, failures);
	await linked.put([['a', 1]]);
	await linked.put([['b', 1]]);
	assert.equal(failures.length, 1);
	assert.match(failures[0]!, /^cannot write .*link: /);
	assert.equal(linked.get('b'), 1);
	appendFileSync(space.path('elsewhere'), '');
});
