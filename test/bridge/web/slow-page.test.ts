import assert from 'node:assert/strict';
import {test} from 'node:test';
import {VisitorTerminal, windowLength} from '../../../source/bridge/web/visitor-terminal.ts';
import {openScreen} from '../../../source/ui/screen/screen.ts';
import {FakeEngine} from '../../helpers/fake-engine.ts';
import {settled} from '../../helpers/hand-clock.ts';
import {HandClock, TestProcess} from '../../helpers/open-test-screen.ts';

test('a page that draws nothing is sent no pictures that nobody will see, and then the newest one', async () => {
	const engine = new FakeEngine();
	const clock = new HandClock();
	let sent = '';
	let late = 0;
	const terminal = new VisitorTerminal(
		120,
		40,
		{
			send: text => {
				sent += text;
			},
			late: () => {
				late++;
			},
		},
		clock,
	);
	const left = openScreen(engine, {
		torrent: engine.id,
		stdout: terminal.output as never,
		stdin: terminal.input as never,
		ascii: false,
		color: 'always',
		version: '1.0.0',
		visiting: true,
		env: {ssh: false, term: 'xterm-256color', colorTerm: 'truecolor', timezone: 0},
		clock,
		process: new TestProcess(),
	});
	const advance = async (seconds: number) => {
		for (let second = 0; second < seconds; second++) {
			engine.advance(1);
			clock.turn(1000);
			await settled();
		}
	};
	await settled();
	await advance(50);
	const full = sent.length;
	assert.ok(full > windowLength && full < windowLength * 3, `${full} characters were sent`);
	await advance(5);
	assert.equal(sent.length, full);
	assert.equal(late, 0);
	terminal.took(full);
	await settled();
	const more = sent.length - full;
	assert.ok(more > 0 && more < windowLength, `then ${more} at once`);
	await advance(70);
	assert.equal(late, 1);
	terminal.end();
	await advance(2);
	assert.equal((await left).how, 'lost');
});
