import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {AddOptions} from '../../../source/api/command.ts';
import {type Labels, labelRules} from '../../../source/automation/labels/label-settings.ts';
import {labelledOptions} from '../../../source/automation/labels/labelled-options.ts';
import {LabellingEngine} from '../../../source/automation/labels/labelling-engine.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const labels: Labels = new Map([
	['iso', {dir: '/isos', maxUpload: 100, goal: {ratio: 2}}],
	['plain', {goal: {time: 5}}],
]);

const options: ReadonlyArray<readonly [what: string, given: AddOptions, becomes: AddOptions]> = [
	['its folder and limits', {label: 'iso'}, {label: 'iso', dir: '/isos', maxUpload: 100, usual: ['dir']}],
	[
		'spaces around it are none of it',
		{label: ' iso '},
		{label: ' iso ', dir: '/isos', maxUpload: 100, usual: ['dir']},
	],
	[
		'what is asked for goes before',
		{label: 'iso', dir: '/here', maxUpload: 7},
		{label: 'iso', dir: '/here', maxUpload: 7},
	],
	[
		'what is only usual does not',
		{label: 'iso', dir: '/cwd', usual: ['dir', 'select']},
		{label: 'iso', dir: '/isos', maxUpload: 100, usual: ['dir', 'select']},
	],
	[
		'a label that is usual says what is usual',
		{label: 'iso', usual: ['label']},
		{label: 'iso', dir: '/isos', maxUpload: 100, usual: ['label', 'dir', 'maxUpload']},
	],
	['another label', {label: 'ISO', dir: '/x'}, {label: 'ISO', dir: '/x'}],
	[
		'one that only has a goal',
		{label: 'plain', usual: ['dir'], dir: '/x'},
		{label: 'plain', usual: ['dir'], dir: '/x'},
	],
	['none', {dir: '/x'}, {dir: '/x'}],
	['a name that objects have', {label: 'constructor'}, {label: 'constructor'}],
];

for (const [what, given, becomes] of options)
	test(`a torrent is added with what its label says: ${what}`, () => {
		const {usual = [], ...rest} = labelledOptions(given, labels);
		const {usual: expected = [], ...others} = becomes;
		assert.deepEqual([rest, [...usual].sort()], [others, [...expected].sort()]);
	});

describe('what labels carry', {concurrency: true}, () => {
	test('a torrent that is added with a label goes to its folder, with its limits and its goal', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'disc', [['x.bin', 100_000]]);
		const labels: Labels = new Map([
			['iso', {dir: torrent.content.dir, maxUpload: 50_000, goal: {ratio: 3}}],
		]);
		const engine = await openTestSession(space, 'engine', {seedRules: {all: {}, rules: labelRules(labels)}});
		const labelled = new LabellingEngine(engine.session, labels);
		const {id} = await labelled.send({
			type: 'torrent.add',
			metainfo: torrent.metainfo,
			options: {label: 'iso', dir: '/nowhere', usual: ['dir']},
		});
		const view = await engine.sees(id!, 'seeds from there', ({state}) => state === 'seeding');
		assert.deepEqual(
			[view.dir, view.maxUpload, view.goal?.text],
			[torrent.content.dir, 50_000, 'ratio 3 (label iso), then it stops'],
		);
		const again = await labelled.send({
			type: 'torrent.add',
			metainfo: torrent.metainfo,
			options: {label: 'iso'},
		});
		assert.deepEqual(again.merged, {trackers: 0, peers: 0, files: 0});
	});

	test('one that gets it later has its limits and its goal, and stays where it is; without it, it has neither', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'disc', [['x.bin', 100_000]]);
		const labels: Labels = new Map([
			['iso', {dir: '/isos', maxUpload: 50_000, maxDownload: 60_000, goal: {ratio: 3}}],
			['film', {maxUpload: 70_000}],
		]);
		const engine = await openTestSession(space, 'engine', {seedRules: {all: {}, rules: labelRules(labels)}});
		const id = await seedTorrent(engine, torrent);
		const labelled = new LabellingEngine(engine.session, labels);
		const set = async (label: string) => {
			await labelled.send({type: 'torrent.label', id, label});
			const {maxDownload, maxUpload, goal, dir} = await engine.view(id);
			assert.equal(dir, torrent.content.dir);
			return [maxDownload, maxUpload, goal?.text];
		};
		assert.deepEqual(await set('iso'), [60_000, 50_000, 'ratio 3 (label iso), then it stops']);
		assert.deepEqual(await set('film'), [undefined, 70_000, undefined]);
		assert.deepEqual(await set(''), [undefined, undefined, undefined]);
		await set('iso');
		await engine.send({type: 'torrent.limits', id, maxUpload: 9000});
		assert.deepEqual(await set('other'), [undefined, 9000, undefined], 'what was chosen by hand stays');
		await assert.rejects(labelled.send({type: 'torrent.label', id: 'none', label: 'iso'}), /no such torrent/);
	});

	test('when a label says something else, those that have it go by that', async t => {
		const space = new Workspace(t);
		const engine = await openTestSession(space, 'engine');
		const first = await seedTorrent(engine, testTorrent(space, 'one', [['x.bin', 100_000]]));
		const second = await seedTorrent(engine, testTorrent(space, 'two', [['y.bin', 100_000]]));
		const labelled = new LabellingEngine(engine.session, new Map());
		await labelled.send({type: 'torrent.label', id: first, label: 'iso'});
		await labelled.apply(new Map([['iso', {maxUpload: 50_000}]]));
		const limits = async () => [(await engine.view(first)).maxUpload, (await engine.view(second)).maxUpload];
		assert.deepEqual(await limits(), [50_000, undefined]);
		await labelled.apply(new Map([['iso', {maxUpload: 60_000}]]));
		assert.deepEqual(await limits(), [60_000, undefined]);
		await labelled.apply(new Map());
		assert.deepEqual(await limits(), [undefined, undefined]);
	});
});
