import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.ts';
import {LinkTargets} from '../../../source/protocol/metainfo/link-targets.ts';

/** Links by path, all others of `paths` are files; folders are where something lies. Counts what is looked up. */
function linked(paths: readonly string[], links: Readonly<Record<string, string>>) {
	const all = [...paths, ...Object.keys(links)];
	const numbers = new Map(all.map((path, number) => [path, number]));
	const folders = new Set<string>();
	for (const path of all) {
		for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at));
	}
	const targets = all.map(path => links[path]?.split('/'));
	const counted = {lookUps: 0};
	const resolver = new LinkTargets({
		target: file => targets[file],
		file: written => {
			counted.lookUps++;
			return numbers.get(written);
		},
		isFolder: written => folders.has(written),
		settled: file => [...all[file]!.split('/').slice(0, -1), `${all[file]!.split('/').at(-1)}!`],
	});
	return {
		counted,
		resolve: (link: string) => resolver.resolve(numbers.get(link)!)?.join('/'),
	};
}

test('a link leads to a file, a folder, through links to either, or nowhere', () => {
	const {resolve} = linked(['t/a/x', 't/b/y'], {
		't/file': 't/a/x',
		't/folder': 't/a',
		't/through': 't/folder/x',
		't/far': 't/through',
		't/b/up': 't/far',
		't/none': 't/nothing',
		't/below a file': 't/a/x/z',
		't/below a link to a file': 't/file/z',
		't/folder in a folder': 't/folder2/up',
		't/folder2': 't/b',
	});
	assert.equal(resolve('t/file'), 't/a/x!');
	assert.equal(resolve('t/folder'), 't/a');
	assert.equal(resolve('t/through'), 't/a/x!');
	assert.equal(resolve('t/far'), 't/a/x!');
	assert.equal(resolve('t/b/up'), 't/a/x!');
	assert.equal(resolve('t/folder in a folder'), 't/a/x!');
	for (const link of ['t/none', 't/below a file', 't/below a link to a file'])
		assert.equal(resolve(link), undefined);
});

test('links in a circle lead nowhere, wherever one begins, and those that lead into it neither', () => {
	const circle = {
		't/a': 't/b',
		't/b': 't/c/x',
		't/c': 't/a',
		't/in': 't/b',
		't/self': 't/self',
		't/below': 't/below/x',
	};
	for (const first of Object.keys(circle)) {
		const {resolve} = linked(['t/file'], circle);
		assert.equal(resolve(first), undefined);
		for (const link of Object.keys(circle)) assert.equal(resolve(link), undefined, `${link} after ${first}`);
	}
});

test('forty links that follow each other are followed, forty-one are not, whichever is asked for first', () => {
	const links = Object.fromEntries(
		Array.from({length: 60}, (_, n) => [`t/l${n}`, n === 0 ? 't/file' : `t/l${n - 1}`]),
	);
	for (const order of [Object.keys(links), Object.keys(links).reverse()]) {
		const {resolve} = linked(['t/file'], links);
		for (const link of order) {
			const hops = Number(link.slice(3));
			assert.equal(resolve(link), hops <= 40 ? 't/file!' : undefined, link);
		}
	}
});

for (const [what, make] of [
	['a chain', (n: number) => (n === 0 ? 't/file' : `t/l${n - 1}`)],
	['a chain from the other end', (n: number, count: number) => (n === count - 1 ? 't/file' : `t/l${n + 1}`)],
	['a circle', (n: number, count: number) => `t/l${(n + 1) % count}`],
	['links that all lead to one', () => 't/l0'],
] as const) {
	test(`${what} of 40,000 links costs a few look-ups each`, () => {
		const count = 40_000;
		const links = Object.fromEntries(Array.from({length: count}, (_, n) => [`t/l${n}`, make(n, count)]));
		const {resolve, counted} = linked(['t/file'], links);
		for (const link of Object.keys(links)) resolve(link);
		assert.ok(counted.lookUps <= 4 * count, `${counted.lookUps} look-ups`);
	});
}

test('links that lead through long folders again and again are refused before they cost a second', () => {
	const deep = `t/${Array.from({length: 95}, () => 'e'.repeat(200)).join('/')}`;
	const {resolve, counted} = linked(
		[`${deep}/file`],
		Object.fromEntries([
			['t/deep', deep],
			...Array.from({length: 60_000}, (_, n) => [`t/l${n}`, 't/deep/file'] as const),
		]),
	);
	assert.throws(
		() => {
			for (let n = 0; n < 60_000; n++) resolve(`t/l${n}`);
		},
		(error: unknown) => error instanceof ProtocolError && error.code === 'costly-links',
	);
	assert.ok(counted.lookUps < 60_000, `${counted.lookUps} look-ups`);
});
