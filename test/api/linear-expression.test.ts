import assert from 'node:assert/strict';
import {test} from 'node:test';
import {compileLinear, ExpressionFault} from '../../source/api/linear-expression.ts';
import {seededRandom} from '../helpers/seeded-random.ts';

const cases = [
	['abc', 'xabcx', 'ab'],
	['^a.c$', 'abc', 'abcd'],
	['s\\d{2}e\\d{2,}', 's01e123', 's1e1'],
	['(foo|bar)+baz', 'foobarbaz', 'foba'],
	['a{2}', 'aa', 'a'],
	['a{0,1}b', 'b', 'a'],
	['[^a-c]', 'd', 'abc'],
	['[\\]-]', '-', 'x'],
	['[\\w-]+@', 'a-b@', '@'],
	['\\bcam\\b', 'a cam rip', 'camera'],
	['\\Bam', 'cam', 'am'],
	['(?:x|)y', 'y', 'x'],
	['a|', '', undefined],
	['\\.(mkv|mp4)$', 'x.mkv', 'xmkv'],
	['{', '{', 'x'],
	['a{,3}', 'a{,3}', 'aaa'],
	['\\x41\\u0042', 'AB', 'ab'],
	['(?<season>s\\d+)', 's1', 's'],
	['.', 'é', '\n'],
] as const;

test('it answers as JavaScript does', () => {
	for (const [source, yes, no] of cases) {
		const fits = compileLinear(source);
		assert.equal(fits(yes), true, `${source} fits ${yes}`);
		if (no !== undefined) assert.equal(fits(no), false, `${source} does not fit ${no}`);
	}
	assert.equal(compileLinear('É[a-z]', true)('éX'), true);
	assert.equal(compileLinear('x', false)('X'), false);
});

test('what looks around, refers back or makes no sense is refused in words', () => {
	const refusals = [
		['(?=a)', /look around/],
		['(?<!a)', /look around/],
		['(a)\\1', /refers back/],
		['a**', /nothing to repeat/],
		['+', /nothing to repeat/],
		['(a', /not closed/],
		['a)', /closes nothing/],
		['[a', /not closed/],
		['[z-a]', /lower one first/],
		['a{3,1}', /lower number first/],
		['a{5000}', /at most 1000 times/],
		['(a{1000}){1000}', /too long/],
		['a\\', /at the end/],
		['\\p{L}', /not known/],
		['('.repeat(200), /too many \(/],
	] as const;
	for (const [source, sentence] of refusals)
		assert.throws(
			() => compileLinear(source),
			error => error instanceof ExpressionFault && sentence.test(error.message),
			source,
		);
});

test('no text holds it up: what others take a lifetime for is a moment', () => {
	const steps: string[] = ['(a+)+$', '(a|aa)+$', '(a*)*b', '(.*)(.*)(.*)(.*)(.*)(.*)(.*)x', '(a?){50}a{50}$'];
	const begun = process.cpuUsage().user;
	for (const source of steps) assert.equal(compileLinear(source)(`${'a'.repeat(5000)}!`), false, source);
	// Others would not be done in a thousand years; the bound is for the busiest of machines.
	assert.ok(process.cpuUsage().user - begun < 20_000_000);
});

test('expressions made at random answer as JavaScript does', () => {
	const seed = Math.floor(Math.random() * 1e9);
	const random = seededRandom(seed);
	const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random.next() * items.length)]!;
	const make = (depth: number): string => {
		const roll = random.next();
		if (depth === 0 || roll < 0.35) return pick(['a', 'b', 'c', '.', '[ab]', '[^a]', '\\w', '\\d', '-']);
		if (roll < 0.6) return make(depth - 1) + make(depth - 1);
		if (roll < 0.75) return `(${make(depth - 1)}|${make(depth - 1)})`;
		if (roll < 0.95) return `(?:${make(depth - 1)})${pick(['*', '+', '?', '{2}', '{1,2}', '{2,}', '*?'])}`;
		return pick(['^', '$', '\\b', '\\B']) + make(depth - 1);
	};
	for (let round = 0; round < 2000; round++) {
		const source = make(4);
		const expression = new RegExp(source, 'u');
		const fits = compileLinear(source);
		for (let each = 0; each < 5; each++) {
			const text = Array.from({length: Math.floor(random.next() * 8)}, () =>
				pick(['a', 'b', 'c', '1', '-', ' ']),
			).join('');
			assert.equal(fits(text), expression.test(text), `seed ${seed}: /${source}/ over "${text}"`);
		}
	}
});
