import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readLabels} from '../../../source/commands/arguments/label-settings.ts';

const ground = {placeOf: (name: string) => `config.json:3: ${name}`, env: {HOME: '/u'}};

test('labels carry a folder, limits, a goal, and a place for what is complete', () => {
	const {value, faults} = readLabels(
		{
			iso: {
				dir: '~/isos/',
				'max-upload': '500K',
				'max-download': 2048,
				'seed-ratio': 1.5,
				'seed-time': '7d',
				'at-goal': 'remove',
				'keep-last-seed': true,
				'on-complete-move': '/srv/done',
			},
			' film ': {'seed-idle': '1h', 'seed-match': 'all'},
			bare: {},
		},
		ground,
	);
	assert.deepEqual(faults, []);
	assert.deepEqual(
		[...value],
		[
			[
				'iso',
				{
					dir: '/u/isos',
					maxDownload: 2048,
					maxUpload: 512_000,
					goal: {ratio: 1.5, time: 604_800, atGoal: 'remove', keepLast: true},
					moveTo: '/srv/done',
				},
			],
			['film', {goal: {idle: 3600, match: 'all'}}],
			['bare', {}],
		],
	);
	assert.equal(readLabels(undefined, ground).value.size, 0);
});

const wrong: ReadonlyArray<readonly [value: unknown, sentence: string]> = [
	[[], 'labels must be an object, such as {"iso": {"dir": "~/isos", "seed-ratio": 2}}'],
	['iso', 'labels must be an object, such as {"iso": {"dir": "~/isos", "seed-ratio": 2}}'],
	[{iso: '~/isos'}, 'labels.iso must be an object, such as {"dir": "~/isos", "seed-ratio": 2}'],
	[{iso: {dri: '/a'}}, 'labels.iso: unknown name "dri"; did you mean dir?'],
	[{iso: {dir: 'isos'}}, 'labels.iso: dir: isos is not absolute: write it in full, or with ~/'],
	[{iso: {dir: 5}}, 'labels.iso: dir must be a folder'],
	[
		{iso: {'max-upload': 'fast'}},
		'labels.iso: max-upload: "fast" is not a rate such as 500K or 2M (bytes per second)',
	],
	[{iso: {'seed-ratio': true}}, 'labels.iso: seed-ratio must be a text or number'],
	[{iso: {'keep-last-seed': 'yes'}}, 'labels.iso: keep-last-seed must be true or false'],
	[
		{iso: {'at-goal': 'explode'}},
		'labels.iso: at-goal: explode is not one of: stop, remove, remove-with-data, or a rate such as 50K',
	],
	[{'': {}}, 'labels has one without a name'],
];

for (const [value, sentence] of wrong)
	test(`${JSON.stringify(value)} means: ${sentence}`, () => {
		const {value: labels, faults} = readLabels(value, ground);
		assert.deepEqual(faults, [`config.json:3: ${sentence}`]);
		assert.equal(labels.size, 0);
	});

test('what is right holds though something is wrong', () => {
	const {value, faults} = readLabels({iso: {dir: '/a'}, film: {dir: 'b'}}, ground);
	assert.equal(faults.length, 1);
	assert.deepEqual([...value.keys()], ['iso']);
});
