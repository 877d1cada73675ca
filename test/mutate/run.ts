/**
 * Makes small faults in the source, one at a time, in a copy of the tree, and runs the tests that touch the file: a
 * fault that no test sees is one that could be made tomorrow. Not part of `npm test`: it takes minutes to hours.
 *
 *     npm run mutate -- --files 'source/policy/pieces/*.ts' --sample 200 --seed 7
 *
 * --files    globs of source files without JSX; all rooms of source/policy when left out. May be repeated.
 * --sample   that many faults of all, chosen by chance; all when left out
 * --seed     a whole number; printed
 * --near     only the tests that are the file's own; else all others that reach it come after them
 * --jobs     processes at a time, 2 when left out
 * --at       only faults in these lines of the one file: 12, or 12-40
 */

import {globSync, readFileSync} from 'node:fs';
import {dirname, sep} from 'node:path';
import process from 'node:process';
import {parseArgs} from 'node:util';
import {seeded} from '../policy/seeded.ts';
import {ImportGraph} from './import-graph.ts';
import {type Mutation, mutationsOf} from './mutations.ts';
import {type Outcome, TrialTree} from './trial-tree.ts';

const {values} = parseArgs({
	options: {
		files: {type: 'string', multiple: true, default: ['source/policy/*/*.ts']},
		sample: {type: 'string'},
		seed: {type: 'string'},
		near: {type: 'boolean', default: false},
		jobs: {type: 'string', default: '2'},
		at: {type: 'string'},
	},
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
const random = seeded(seed);
/** Tests that take longer than this are no help with hundreds of faults; a file's own are waited for on a busy machine too. */
const slowestMs = 6000;
const slowestOwnMs = 20_000;
/** Tests that only reach a file are asked while they take no more than this together. */
const widestMs = 15_000;

interface Trial {
	readonly file: string;
	readonly mutation: Mutation;
}

/** As many of the entries as wanted, in their order. */
function sampleOf<Entry>(all: readonly Entry[], count: number): Entry[] {
	const left = [...all.keys()];
	const chosen: number[] = [];
	while (chosen.length < count && left.length > 0)
		chosen.push(left.splice(Math.floor(random() * left.length), 1)[0]!);
	return chosen.sort((one, other) => one - other).map(index => all[index]!);
}

const files = values.files.flatMap(pattern => globSync(pattern)).filter(file => /(?<!\.d)\.ts$/.test(file));
const [firstLine = 1, lastLine = firstLine] = (values.at ?? '1-1000000').split('-').map(Number);
const everything = files.sort().flatMap(file =>
	mutationsOf(readFileSync(file, 'utf8'))
		.filter(({line}) => line >= firstLine && line <= lastLine)
		.map((mutation): Trial => ({file, mutation})),
);
const trials = sampleOf(everything, Number(values.sample ?? Infinity));
if (everything.length === 0) throw new Error(`no source file is named by ${values.files.join(' ')}`);
console.log(`${trials.length} of ${everything.length} faults in ${files.length} files, seed ${seed}`);

const jobs = Math.max(1, Number(values.jobs));
const trees = Array.from({length: jobs}, () => new TrialTree());
const removeTrees = (): void => {
	for (const tree of trees) tree.remove();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.once(signal, () => {
		removeTrees();
		process.exit(130);
	});
}

/** Gives every entry to the next tree that is free. */
async function inTurns<Entry>(
	entries: readonly Entry[],
	work: (tree: TrialTree, entry: Entry) => Promise<void>,
) {
	const left = [...entries];
	await Promise.all(
		trees.map(async tree => {
			for (let entry = left.shift(); entry !== undefined; entry = left.shift()) await work(tree, entry);
		}),
	);
}

try {
	const graph = new ImportGraph('.');
	const tests = globSync(
		'test/{base,protocol,policy,api,io,engine,tracker,creator,bridge,ui,simulation,fuzz}/**/*.test.ts',
	);
	const reached = new Map(tests.map(test => [test, graph.distances(test)]));
	const tried = new Set(trials.map(({file}) => file));
	const stepsTo = (test: string, file: string): number => reached.get(test)!.get(file) ?? Infinity;
	/** Those of its own room that reach it, and those that name it in its floor or make nonsense of its input; else whoever is nearest. */
	const ownTests = (file: string): ReadonlySet<string> => {
		const least = Math.min(...tests.map(test => stepsTo(test, file)));
		const nearest = tests.filter(test => stepsTo(test, file) === least);
		const floor = new RegExp(`^test/(?:${file.split(sep)[1]}|fuzz)/`);
		const room = `${dirname(file).replace(/^source/, 'test')}${sep}`;
		const own = [
			...nearest.filter(test => floor.test(test)),
			...tests.filter(test => test.startsWith(room) && stepsTo(test, file) < Infinity),
		];
		return new Set(own.length > 0 ? own : nearest);
	};
	const near = new Map([...tried].map(file => [file, ownTests(file)] as const));
	const isNear = (test: string, file: string): boolean => near.get(file)!.has(test);
	const useful = tests.filter(test =>
		[...tried].some(file => stepsTo(test, file) < Infinity && (!values.near || isNear(test, file))),
	);
	/** Milliseconds a test file takes as things are. */
	const times = new Map<string, number>();
	await inTurns(useful, async (tree, test) => {
		const begun = performance.now();
		const isOwn = [...tried].some(file => isNear(test, file));
		const outcome = await tree.run([test], isOwn ? slowestOwnMs : slowestMs);
		if (outcome === 'passed') times.set(test, performance.now() - begun);
		else console.log(`left out, ${outcome === 'late' ? 'too slow' : 'it fails as things are'}: ${test}`);
	});
	const testsFor = (file: string): {near: string[]; wide: string[]} => {
		const usable = useful
			.filter(test => times.has(test) && stepsTo(test, file) < Infinity)
			.sort((one, other) => stepsTo(one, file) - stepsTo(other, file) || times.get(one)! - times.get(other)!);
		const wide: string[] = [];
		let total = 0;
		for (const test of usable) {
			if (values.near || isNear(test, file)) continue;
			total += times.get(test)!;
			if (total <= widestMs) wide.push(test);
		}
		return {near: usable.filter(test => isNear(test, file)), wide};
	};
	const survivors: string[] = [];
	const counts = new Map<string, {killed: number; survived: number}>();
	let done = 0;
	await inTurns(trials, async (tree, {file, mutation}) => {
		const {near, wide} = testsFor(file);
		let outcome: Outcome = 'passed';
		for (const group of [near, wide]) {
			if (group.length === 0 || outcome !== 'passed') continue;
			const usual = group.reduce((sum, test) => sum + times.get(test)!, 0);
			outcome = await tree.try(file, mutation, group, 5000 + 3 * usual);
		}
		const count = counts.get(file) ?? {killed: 0, survived: 0};
		counts.set(file, count);
		if (outcome !== 'passed') count.killed++;
		else {
			count.survived++;
			const {line, before, after, context} = mutation;
			const change = `${before.slice(0, 60)} -> ${after === '' || after === ';' ? 'nothing' : after}`;
			survivors.push(`${file}:${line}: ${change}\n    ${context}`);
			console.log(`survived ${survivors.at(-1)}`);
		}
		if (++done % 50 === 0) console.log(`${done} of ${trials.length}`);
	});
	console.log('');
	let [killed, total] = [0, 0];
	for (const [file, count] of [...counts].sort()) {
		const all = count.killed + count.survived;
		killed += count.killed;
		total += all;
		console.log(
			`${String(Math.round((100 * count.killed) / all)).padStart(4)} %  ${count.killed} of ${all}  ${file}`,
		);
	}
	console.log(
		`\n${killed} of ${total} faults were seen: ${((100 * killed) / Math.max(1, total)).toFixed(1)} %`,
	);
} finally {
	removeTrees();
}
