import assert from 'node:assert/strict';
import {test} from 'node:test';
import chalk from 'chalk';
import {plainLine} from '../../../source/commands/transfer/plain-line.ts';
import {progressLines} from '../../../source/commands/transfer/progress-line.ts';
import {torrentTable} from '../../../source/commands/verbs/list.ts';
import {cellWidth} from '../../../source/ui/text/text.ts';
import {torrentView} from '../torrent-view.ts';

const view = torrentView({
	completed: 453,
	downloadRate: 12_582_912,
	connected: 5,
	eta: 40,
});

/** Without the bar where it does not fit, then without the peers, then without the name. */
const drawings: ReadonlyArray<readonly [width: number, line: string]> = [
	[80, 'debian.iso               45.3 %  [######........]   12 M/s    5 peers  ETA 0:40'],
	[60, 'debian.iso             45.3 %   12 M/s    5 peers  ETA 0:40'],
	[40, 'debian.iso    45.3 %   12 M/s  ETA 0:40'],
	[30, '45.3 %   12 M/s  ETA 0:40'],
	[20, '45.3 %   12 M/s  E…'],
];

for (const [width, line] of drawings) {
	test(`on ${width} columns: ${line}`, () => {
		assert.deepEqual(progressLines([view], width, true), [line]);
	});
}

for (const name of ['x', 'a very long name '.repeat(10), '映画'.repeat(30), 'a\u001B[2Jb\n']) {
	test(`no line is wider than the terminal for ${JSON.stringify(name.slice(0, 12))}`, () => {
		for (let width = 12; width <= 200; width++) {
			for (const state of ['downloading', 'metadata', 'checking', 'seeding', 'failed', 'paused'] as const) {
				const [line = ''] = progressLines([{...view, name, state, checked: 0.5}], width, width % 2 === 0);
				assert(cellWidth(line) < width, `${width}: ${line}`);
				// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
				assert.doesNotMatch(line, /[\u0000-\u001F]/);
			}
		}
	});
}

test('a plain line says what is under way', () => {
	assert.equal(plainLine(view), 'debian.iso: 45.3 % of 0.98 K, 12 M/s down, 0 B/s up, 5 peers, ETA 0:40');
	assert.equal(
		plainLine({...view, state: 'checking', checked: 0.5}),
		'debian.iso: checking what is on disk (50.0 %)',
	);
	assert.equal(
		plainLine({...view, state: 'failed', reason: {level: 'error', text: 'the disk is full'}}),
		'debian.iso: the disk is full',
	);
});

test('a table has one rule, below its titles, in colour too', async () => {
	const level = chalk.level;
	chalk.level = 1;
	try {
		const lines = await torrentTable([view, view, view], 100);
		assert(
			lines.some(line => line.includes('\u001B[')),
			'it is in colour',
		);
		assert.equal(lines.filter(line => line.includes('├')).length, 1);
	} finally {
		chalk.level = level;
	}
});

for (const name of ['x'.repeat(100), '映画'.repeat(30)]) {
	test(`the list has one line a torrent, as wide as the terminal at most: ${name.slice(0, 10)}`, async () => {
		const lines = await torrentTable([view, {...view, name}], 100);
		for (const line of lines) assert(cellWidth(line) <= 100, line);
		const own = lines.filter(line => line.includes('aaaaaaaa'));
		assert.equal(own.length, 2);
		assert.match(own[0] ?? '', /downloading\W+45\.3 %\W+0\.98 K.* debian\.iso/);
		for (const width of [60, 80]) {
			for (const line of await torrentTable([view, {...view, name}], width)) {
				assert(cellWidth(line) <= width, line);
			}
		}
		assert(lines.some(line => /ID\W+State\W+Done\W+Size\W+Down\W+Up\W+ETA\W+Peers\W+Name/.test(line)));
	});
}
