import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
	isShortOfMemory,
	memoryLimits,
	memoryShortage,
} from '../../../source/commands/engine-process/memory.ts';
import {printTable} from '../../../source/commands/output/print-table.ts';
import {missing, run} from '../../helpers/processes.ts';
import {build, cli, node} from '../../helpers/tortui.ts';
import {Workspace} from '../../helpers/workspace.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

test('what there is is enough', () => {
	assert.equal(memoryShortage(memoryLimits()), undefined);
	assert.equal(memoryShortage({heap: 64 * mebibyte}), undefined);
	assert.equal(memoryShortage({heap: gibibyte, space: 4 * gibibyte, taken: gibibyte}), undefined);
});

test('too little is told with what there is and what to do', () => {
	assert.equal(
		memoryShortage({heap: 53 * mebibyte}),
		'too little memory: Node.js may take 53 MiB; give it more with NODE_OPTIONS=--max-old-space-size=256',
	);
	assert.equal(
		memoryShortage({heap: gibibyte, space: 1.5 * gibibyte, taken: gibibyte}),
		'too little memory: ulimit -v allows 1536 MiB of address space and 2.5 GiB are needed; raise it, or limit memory otherwise',
	);
});

test('an error that means a lack of memory or threads is known by its code or its words', () => {
	for (const error of [
		new RangeError('Array buffer allocation failed'),
		new RangeError('WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance'),
		Object.assign(new Error('Worker initialization failure: EAGAIN'), {code: 'ERR_WORKER_INIT_FAILED'}),
		Object.assign(new Error('x'), {code: 'ENOMEM'}),
	])
		assert.ok(isShortOfMemory(error), error.message);
	for (const error of [new Error('no such file'), {}, 'x', Object.assign(new Error('x'), {code: 'ENOSPC'})])
		assert.ok(!isShortOfMemory(error));
});

test('a table has its frame where there is memory for it', async () => {
	assert.match((await printTable([{A: '1'}], ['A'])).join('\n'), /^┌/);
});

const skip = missing('bash') || (process.platform !== 'linux' && 'ulimit -v means something on Linux only');

test('the program says in one line that it may take too little memory', {skip}, async t => {
	build();
	const space = new Workspace(t);
	// What Node.js itself has at its start, and not enough for its threads.
	const script = `ulimit -v $(( $("$0" -p 'fs.readFileSync("/proc/self/status","utf8").match(/VmSize:\\s+(\\d+)/)[1]') + 900000 )); exec "$0" "$@"`;
	const limited = await run(space, 'bash', ['-c', script, node, cli, 'demo', '--fast', '--size', '1M']);
	assert.match(limited.stderr, /^tortui: too little memory: ulimit -v allows \d+ MiB [^\n]*\n$/);
	assert.equal(limited.ended?.code, 1);
});
