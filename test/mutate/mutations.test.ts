import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import test from 'node:test';
import {transformSync} from 'esbuild';
import {ImportGraph} from './import-graph.ts';
import {mutated, mutationsOf} from './mutations.ts';
import {tokenise} from './tokens.ts';

const texts = (source: string) => tokenise(source).map(({text}) => text);

/** The faults of a source: `before > after`. */
const faults = (source: string) => mutationsOf(source).map(({before, after}) => `${before} > ${after}`);

test('a source comes apart into its tokens, without blanks and comments', () => {
	assert.deepEqual(texts('const a_1 = 0x1F /* b */ >>> 2.5e3; // c'), [
		'const',
		'a_1',
		'=',
		'0x1F',
		'>>>',
		'2.5e3',
		';',
	]);
	assert.deepEqual(texts('this.#x!--'), ['this', '.', '#x', '!', '--']);
	assert.deepEqual(texts("a ?? 'it\\'s' // '"), ['a', '??', "'it\\'s'"]);
});

test('a slash divides, or begins a regular expression, by what stands before it', () => {
	assert.deepEqual(texts('a / b / c'), ['a', '/', 'b', '/', 'c']);
	assert.deepEqual(texts('f(/[/"]+/g, x)'), ['f', '(', '/[/"]+/g', ',', 'x', ')']);
	assert.deepEqual(texts('return /\\//.test(y) ? (1) / 2 : 0').slice(0, 3), ['return', '/\\//', '.']);
});

test('what is in a template is read as the source it is, however deep', () => {
	// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source of one
	assert.deepEqual(texts('`a${b + `c${ {d: 1}.d }e`}f` + g'), [
		...['`a${', 'b', '+', '`c${', '{', 'd', ':', '1', '}', '.', 'd', '}e`', '}f`'],
		...['+', 'g'],
	]);
});

test('operators, constants and words are mistaken for their neighbours', () => {
	assert.deepEqual(faults('x = a < b && c !== 3;').slice(0, 5), [
		'< > <=',
		'< > >=',
		'&& > ||',
		'!== > ===',
		'3 > 4',
	]);
	assert.deepEqual(faults('x = y.every(Math.max(a - 1000, true));'), [
		...['every > some', 'max > min', '- > +', '1000 > 2000', 'true > false'],
	]);
	assert.deepEqual(faults('x = !a;'), ['! > ']);
	assert.deepEqual(faults('x = a!.b! > 1 ? 0 : c![2]!;'), ['> > >=', '> > <=', '1 > 2', '0 > 1', '2 > 3']);
});

test('statements are left out, what is answered is nothing, and conditions hold always or never', () => {
	const source =
		'function f() {\n\tif (a) return b;\n\tthis.#c();\n\td = e;\n\tg++;\n\tconst h = i();\n\treturn a;\n}\n';
	assert.deepEqual(faults(source), [
		...['a > true', 'a > false', 'return b; > return;', 'this.#c(); > ;', 'd = e; > ;'],
		...['g++; > ;', '++ > --', 'return a; > return;'],
	]);
});

test('types, imports and fields are no place for faults', () => {
	for (const source of [
		"import {a} from './b.js';",
		'type A = 1 | 2 | true;',
		'export type B<C> = {readonly d: 1; e(): void};',
		'interface F {\n\tg: 5;\n\th(): 1 | -1;\n}',
		'let i: Array<Map<string, number>>;',
		'let j: K & {l: string};',
		'class M {\n\treadonly n: string;\n\to: string | undefined;\n}',
	]) {
		assert.deepEqual(faults(source), [], source);
	}
	assert.deepEqual(faults('class P {\n\t#q = 5;\n}'), ['5 > 6']);
});

test('every fault in the source is one: it can be read, and is another program', () => {
	const seen: string[] = [];
	for (const file of globSync('source/{policy,protocol}/*.ts').sort().slice(0, 12)) {
		const source = readFileSync(file, 'utf8');
		const compile = (text: string) => transformSync(text, {loader: 'ts'}).code;
		const before = compile(source);
		for (const mutation of mutationsOf(source)) {
			const {line, context} = mutation;
			assert.ok(source.split('\n')[line - 1]!.includes(context));
			if (compile(mutated(source, mutation)) === before) seen.push(`${file}:${line}: ${context}`);
		}
	}
	assert.deepEqual(seen, []);
});

test('the import graph knows how near a test is to a file', () => {
	const near = new ImportGraph('.').distances('test/policy/pieces/piece-picker-modes.test.ts');
	assert.equal(near.get('source/policy/pieces/piece-picker.ts'), 1);
	assert.equal(near.get('source/protocol/wire/bitfield.ts'), 1);
	assert.equal(near.get('test/policy/seeded.ts'), 1);
	assert.equal(near.get('source/engine/session/session.ts'), undefined);
	const far = new ImportGraph('.').distances('test/policy/peers/dial-queue.test.ts');
	assert.equal(far.get('source/policy/peers/dial-queue.ts'), 1);
	assert.equal(far.get('source/base/heap.ts'), 2);
	// What is imported as a type alone is not there when it runs.
	assert.equal(
		new ImportGraph('.')
			.distances('test/engine/peers/write-batch.test.ts')
			.get('source/engine/peers/peer-connection.ts'),
		undefined,
	);
});
