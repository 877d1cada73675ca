import assert from 'node:assert/strict';
import {test} from 'node:test';
import {webSeedRow} from '../../../source/ui/model/source-rows.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

const seed = {
	url: 'https://mirror.example/pub/',
	state: 'working',
	status: 'working',
	downloadRate: 3 << 20,
	downloaded: 9 << 20,
} as const;

test('a web seed says how fast it is, else how it stands', () => {
	assert.equal(webSeedRow(seed).status, '3.0 M/s, working');
	assert.equal(
		webSeedRow({...seed, downloadRate: 0, state: 'idle', status: 'in reserve'}).status,
		'in reserve',
	);
	assert.equal(webSeedRow({...seed, nextAt: 7}).nextAt, 7);
});

test('web seeds stand between trackers and other sources, count down, and are added and taken out', async () => {
	const screen = await openTestScreen(120, 40, {pane: 'trackers'} as never);
	const {terminal, engine} = screen;
	const wall = Date.UTC(2026, 10, 20, 14, 0, 0);
	engine.webSeeds = [
		seed,
		{
			...seed,
			url: 'http://me:secret@b.example/x',
			state: 'retrying',
			status: '503 unavailable',
			downloadRate: 0,
			nextAt: wall + 90_000,
		},
	];
	await terminal.press('4', '+', '+');
	engine.publish();
	await terminal.settled();
	const lines = terminal.text().split('\n');
	const at = (what: RegExp): number => lines.findIndex(line => what.test(line));
	assert.match(lines[at(/web https:\/\/mirror\.example\/pub/)] ?? '', /3\.0 M\/s, working/);
	assert.match(lines[at(/web b\.example\/x/)] ?? '', /503 unavailable .* 1:30/);
	assert.ok(at(/web b\.example/) < at(/DHT/) && at(/web b\.example/) > at(/web https/));
	assert.doesNotMatch(terminal.text(), /secret/);

	await terminal.press('W');
	await terminal.settled();
	assert.match(terminal.text(), /Add a web seed/);
	await terminal.press('nowhere', '\r');
	await terminal.settled();
	assert.match(terminal.text(), /A web seed is an http:\/\/ or https:\/\/ URL/);
	await terminal.press('\u001B');
	await terminal.press('W');
	await terminal.press('http://c.example/', '\r');
	await terminal.settled();
	assert.deepEqual(
		engine.sent.filter(({type}) => type === 'webSeed.add'),
		[{type: 'webSeed.add', id: engine.id, url: 'http://c.example/'}],
	);

	await terminal.press('/', 'mirror', '\r');
	await terminal.press('X');
	await terminal.settled();
	assert.match(terminal.text(), /Remove this web seed\?/);
	// Who answers has seen the question.
	screen.clock.turn(600);
	await terminal.press('y');
	await terminal.settled();
	assert.deepEqual(
		engine.sent.filter(({type}) => type === 'webSeed.remove'),
		[{type: 'webSeed.remove', id: engine.id, url: seed.url}],
	);
});
