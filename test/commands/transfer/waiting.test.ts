import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {TorrentView} from '../../../source/api/snapshot.ts';
import {closingLine} from '../../../source/commands/transfer/closing-line.ts';
import {jsonReport} from '../../../source/commands/transfer/json-report.ts';
import {LastingReason} from '../../../source/commands/transfer/lasting-reason.ts';
import {Patience} from '../../../source/commands/transfer/patience.ts';
import {plainLine} from '../../../source/commands/transfer/plain-line.ts';
import {plainReport} from '../../../source/commands/transfer/plain-report.ts';
import {progressLines} from '../../../source/commands/transfer/progress-line.ts';
import {transfer} from '../../../source/commands/transfer/transfer.ts';
import {EmptyEngine} from '../../helpers/empty-engine.ts';
import {torrentView} from '../torrent-view.ts';

const silent: TorrentView['reason'] = {level: 'info', text: 'asking the tracker for peers'};
const done = {state: 'seeding', completed: 1000} as const;

/** Standard output and what was written to it. */
function output() {
	const lines: string[] = [];
	const stdout = {write: (text: string) => lines.push(...text.trimEnd().split('\n')) > 0};
	const warnings: string[] = [];
	return {
		lines,
		warnings,
		context: {
			stdout: stdout as unknown as NodeJS.WriteStream,
			warn: (text: string) => void warnings.push(text),
		},
	};
}

function follow(ids: readonly string[], seeds = false) {
	const engine = new EmptyEngine();
	const {lines, warnings, context} = output();
	const stop = Promise.withResolvers<void>();
	const outcome = transfer({
		engine,
		ids,
		links: new Set(),
		seeds,
		report: jsonReport(context),
		stopped: stop.promise,
	});
	const show = (...torrents: Array<Partial<TorrentView>>) =>
		engine.tell(() => ({torrents: torrents.map(more => torrentView({id: more.name ?? '', ...more}))}));
	const events = () => lines.map(line => JSON.parse(line) as Record<string, unknown>);
	return {engine, outcome, show, events, warnings, stop: () => stop.resolve()};
}

test('a torrent that is done stays live while another goes on, and is told with its last figures at the end', async () => {
	const {outcome, show, events} = follow(['a', 'b']);
	show({name: 'a', ...done, uploaded: 5}, {name: 'b'});
	show({name: 'a', ...done, uploaded: 70, uploadRate: 7}, {name: 'b'});
	show({name: 'a', ...done, uploaded: 99}, {name: 'b', ...done, downloaded: 1000});
	assert.equal(await outcome, 'done');
	const last = (name: string) => events().findLast(event => event['name'] === name)!;
	assert.deepEqual([last('a')['event'], last('a')['uploaded']], ['progress', 99]);
	assert.deepEqual([last('b')['event'], last('b')['downloaded']], ['complete', 1000]);
});

test('when a goal ends it, the last event has the figures of that moment', async () => {
	const {outcome, show, events} = follow(['a'], true);
	show({name: 'a', ...done, uploaded: 10, ratio: 0.01});
	show({name: 'a', ...done, state: 'finished', uploaded: 2001, ratio: 2.001});
	await outcome;
	assert.deepEqual(
		events().map(event => [event['event'], event['uploaded']]),
		[
			['added', 10],
			['complete', 10],
			['seeding', 10],
			['progress', 2001],
		],
	);
});

test('a torrent whose figures stand still is told no more than it was', async () => {
	const {outcome, show, events} = follow(['a']);
	show({name: 'a', ...done});
	await outcome;
	assert.deepEqual(
		events().map(event => event['event']),
		['added', 'complete'],
	);
});

test('patience ends when not a byte came for so long: bytes, also wrong ones, and checking begin it anew', () => {
	const patience = new Patience({stopTimeout: 30, timeout: undefined});
	const view = torrentView({reason: silent});
	assert.equal(patience.end(view, 1000), undefined);
	assert.equal(patience.end(view, 30_999), undefined);
	assert.equal(patience.end({...view, downloaded: 5}, 31_000), undefined);
	assert.equal(patience.end({...view, downloaded: 5, wasted: 5}, 60_000), undefined);
	assert.equal(patience.end({...view, downloaded: 5, wasted: 5, state: 'checking'}, 90_000), undefined);
	assert.equal(patience.end({...view, downloaded: 5, wasted: 5}, 119_999), undefined);
	assert.equal(
		patience.end({...view, downloaded: 5, wasted: 5}, 120_000),
		'asking the tracker for peers (given up: not a byte came in 30 s)',
	);
	assert.equal(patience.end({...view, ...done}, 900_000), undefined, 'what is complete waits for nothing');
});

test('patience ends with the time for the whole, whatever comes', () => {
	const patience = new Patience({stopTimeout: 5, timeout: 60});
	for (let second = 0; second < 60; second++)
		assert.equal(patience.end(torrentView({downloaded: second + 1}), second * 1000), undefined);
	assert.equal(
		patience.end(torrentView({downloaded: 99}), 60_000),
		'it is not complete (given up after 60 s)',
	);
});

test('who gives up promises no next try', () => {
	const patience = new Patience({stopTimeout: undefined, timeout: 7});
	const view = torrentView({
		reason: {level: 'warn', text: 'no tracker answers: no such host', nextAt: 13_000},
	});
	assert.equal(patience.end(view, 7000), 'no tracker answers: no such host (given up after 7 s)');
});

test('who gives up fails with the reason as its line, and holds the torrent while others go on', async () => {
	const engine = new EmptyEngine();
	const {warnings, context} = output();
	const outcome = transfer({
		engine,
		ids: ['a', 'b'],
		links: new Set(),
		seeds: false,
		report: plainReport(context),
		stopped: new Promise(() => {}),
		waiting: {stopTimeout: 0.01, timeout: undefined},
	});
	engine.tell(() => ({
		torrents: [
			torrentView({id: 'a', name: 'a', reason: silent}),
			torrentView({id: 'b', name: 'b', state: 'seeding', completed: 1000}),
		],
	}));
	assert.equal(await outcome, 'failed');
	assert.deepEqual(warnings, ['a: asking the tracker for peers (given up: not a byte came in 0.01 s)']);
	assert.deepEqual(engine.commands, [{type: 'torrent.pause', id: 'a'}]);
});

test('a reason is passed on when it has held for some time, also with other figures in it', () => {
	const reason = new LastingReason(5000);
	assert.equal(reason.look('no peer can be reached, 1 known: next try in 60 s', 0), undefined);
	assert.equal(reason.look('no peer can be reached, 2 known: next try in 55 s', 4999), undefined);
	assert.equal(reason.look(undefined, 5000), undefined);
	assert.equal(reason.look('no peer can be reached, 2 known', 5001), undefined);
	assert.equal(reason.look('no peer can be reached, 3 known', 10_001), 'no peer can be reached, 3 known');
});

test('the closing line says how it ended, what, where, how long and how fast, of this run alone', () => {
	const view = torrentView({...done, downloaded: 5_000_000, wanted: 5_000_000, completed: 5_000_000});
	const before = new Map([[view.id, {downloaded: 1_000_000, uploaded: 0}]]);
	assert.equal(
		closingLine([view], before, 4, 'done'),
		'done: debian.iso, 4.77 M in /data, 4.0 s, mean 977 K/s',
	);
	assert.equal(
		closingLine([{...view, completed: 2_500_000}], before, 400, 'stopped'),
		'stopped: debian.iso, 2.38 M of 4.77 M in /data, 6:40, mean 9.8 K/s',
	);
	assert.equal(
		closingLine([{...view, downloaded: 1_000_000, uploaded: 3_000_000}], before, 3, 'stopped'),
		'stopped: debian.iso, 4.77 M in /data, 3.0 s, 2.86 M sent, mean 977 K/s',
	);
	assert.equal(
		closingLine([view, {...view, id: 'b', dir: '/other'}], before, 9, 'failed'),
		'failed: 2 torrents, 9.54 M in 2 folders, 9.0 s, mean 977 K/s',
	);
	assert.equal(closingLine([], before, 1, 'failed'), undefined);
});

test('rows stand below each other, whatever is in them', () => {
	const views = [
		torrentView({name: 'a', completed: 453, downloadRate: 12_582_912, connected: 5, eta: 40}),
		torrentView({name: 'a longer name', ...done, uploadRate: 1_258_291, connected: 100, ratio: 12.5}),
		torrentView({name: 'c', completed: 5, downloadRate: 1, connected: 1, eta: 200_000}),
		torrentView({name: 'd', reason: silent}),
	];
	for (const width of [50, 66, 80, 120]) {
		const lines = progressLines(views, width, true);
		const last = lines.slice(0, 3).map(line => line.search(/ETA|ratio/));
		assert.equal(new Set(last).size, 1, lines.join('\n'));
		const percents = lines.map(line => line.indexOf(' %'));
		assert.equal(new Set(percents).size, 1, lines.join('\n'));
		assert.match(lines[3]!, /asking/);
	}
});

test('a plain line says why nothing comes', () => {
	assert.equal(
		plainLine(torrentView({reason: silent})),
		'debian.iso: 0.0 % of 0.98 K, 0 B/s down, 0 B/s up, 0 peers, ETA –: asking the tracker for peers',
	);
	assert.equal(
		plainLine(
			torrentView({
				state: 'seeding',
				completed: 1000,
				reason: {level: 'warn', text: 'complete: no answer from the tracker'},
			}),
		),
		'debian.iso: seeding, 0 B/s down, 0 B/s up, 0 peers, ratio 0.00: no answer from the tracker',
	);
	assert.equal(
		plainLine(
			torrentView({
				state: 'finished',
				completed: 1000,
				ratio: 1,
				reason: {level: 'info', text: 'finished: the seeding goal is reached'},
			}),
		),
		'debian.iso: finished: the seeding goal is reached, ratio 1.00',
	);
});

test('without a terminal the first line comes within five seconds, the others every ten', t => {
	let now = 100_000;
	t.mock.method(performance, 'now', () => now);
	const {lines, context} = output();
	const report = plainReport(context);
	const at: number[] = [];
	for (let step = 0; step <= 40_000; step += 250) {
		now = 100_000 + step;
		const before = lines.length;
		report.progress([torrentView({reason: silent})]);
		if (lines.length > before) at.push(step);
	}
	assert.deepEqual(at, [4000, 10_000, 20_000, 30_000, 40_000]);
});
