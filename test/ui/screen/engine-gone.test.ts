import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FakeEngine, type FakeOptions} from '../../helpers/fake-engine.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

const why = 'the connection to the engine was lost';

/** A screen whose engine can be started again; each start gives the next of `engines`, or fails. */
async function openRevivable(
	engines: ReadonlyArray<FakeEngine | string>,
	options: FakeOptions & {list?: boolean} = {},
) {
	let starts = 0;
	const screen = await openTestScreen(100, 30, {
		...options,
		async revive() {
			const next = engines[starts++];
			if (next instanceof FakeEngine) return next;
			throw new Error(next ?? 'there is no other engine');
		},
	});
	return {
		...screen,
		starts: () => starts,
		async leave() {
			screen.process.signal('SIGTERM');
			await screen.left;
		},
	};
}

test('when the engine dies the screen stays, says so, starts it, and goes on with it where somebody was', async () => {
	const second = new FakeEngine({have: 0.2});
	const {terminal, engine, starts, leave} = await openRevivable([second]);
	await terminal.press('5', 'j');
	engine.lose(why);
	await terminal.settled();
	assert.equal(starts(), 1);
	assert.equal(terminal.alternate, true);
	assert.match(terminal.line(29), /The engine runs again/);
	assert.match(terminal.text(), /5 Files/);
	// What is shown is what the new one says, and keys reach it.
	assert.match(terminal.text(), /\b1\d\.\d %|\b2\d\.\d %/);
	assert.ok(second.watches.at(-1)?.torrent?.files);
	await terminal.press('p');
	assert.equal(second.sent.at(-1)?.type, 'torrent.pause');
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.pause'));
	await leave();
});

test('an engine that hands over is followed to the next one without a question, as often as it happens', async () => {
	const second = new FakeEngine({have: 0.2});
	const third = new FakeEngine({have: 0.3});
	const {terminal, engine, starts, leave} = await openRevivable([second, third]);
	for (const [number, former] of [engine, second].entries()) {
		Object.assign(former, {handsOver: true, saidGoodbye: true});
		former.lose('the engine hands over to a new one');
		await terminal.settled();
		assert.equal(starts(), number + 1);
		assert.match(terminal.line(29), /A new engine goes on where it was/);
	}
	// One that dies soon after that has not died before.
	third.lose(why);
	await terminal.settled();
	assert.match(terminal.text(), /there is no other engine/);
	assert.equal(starts(), 3);
	await leave();
});

test('while the engine is being started, what somebody types stays in its field', async () => {
	const second = new FakeEngine();
	const {terminal, engine, leave} = await openRevivable([second]);
	await terminal.press('m', '/somewhere');
	engine.lose(why);
	await terminal.settled();
	await terminal.press('/else', keys.enter);
	const command = second.sent.find(({type}) => type === 'torrent.move');
	assert.ok(command?.type === 'torrent.move' && command.dir.endsWith('/somewhere/else'));
	await leave();
});

test('a key pressed while the engine is being started opens no question that it does not run', async () => {
	const {promise, resolve} = Promise.withResolvers<FakeEngine>();
	const screen = await openTestScreen(100, 30, {revive: () => promise});
	const {terminal, engine} = screen;
	engine.lose(why);
	await terminal.settled();
	engine.refuse = why;
	await terminal.press('p');
	assert.doesNotMatch(terminal.text(), /is not running/);
	assert.match(terminal.line(29), /still being started/);
	resolve(new FakeEngine());
	await terminal.settled();
	assert.match(terminal.line(29), /The engine runs again/);
	screen.process.signal('SIGTERM');
	await screen.left;
});

test('an engine that cannot be started leaves a choice: again, or leave; the reason is shown', async () => {
	const second = new FakeEngine();
	const {terminal, engine, left, starts} = await openRevivable(['the port is taken', second, 'no more']);
	engine.lose(why);
	await terminal.settled();
	assert.match(terminal.text(), /The engine is not running/);
	assert.match(terminal.text(), /the port is taken/);
	await terminal.press('r');
	assert.equal(starts(), 2);
	assert.match(terminal.line(29), /The engine runs again/);
	// One that dies again at once is not started for ever.
	second.lose(why);
	await terminal.settled();
	assert.equal(starts(), 2);
	assert.match(terminal.text(), /The engine is not running/);
	await terminal.press('q');
	assert.deepEqual(await left, {how: 'lost', message: why});
	assert.equal(terminal.alternate, false);
});

test('an engine that was told to end is started again only when somebody says so', async () => {
	const second = new FakeEngine();
	const {terminal, engine, starts, leave} = await openRevivable([second]);
	Object.assign(engine, {saidGoodbye: true});
	engine.lose('the engine was stopped');
	await terminal.settled();
	assert.equal(starts(), 0);
	assert.match(terminal.text(), /The engine is not running[\s\S]*the engine was stopped/);
	await terminal.press('r');
	assert.equal(starts(), 1);
	assert.match(terminal.line(29), /The engine runs again/);
	await leave();
});

test('an engine that dies long after it was started again is started again', async () => {
	const [second, third] = [new FakeEngine(), new FakeEngine()];
	const {terminal, engine, clock, starts, leave} = await openRevivable([second, third]);
	engine.lose(why);
	await terminal.settled();
	clock.turn(3_600_000);
	second.lose(why);
	await terminal.settled();
	assert.equal(starts(), 2);
	await leave();
});

test('whoever leaves the question open is told, whatever they look at, that the engine is not there', async () => {
	const second = new FakeEngine();
	const {terminal, engine, clock, leave} = await openRevivable(['the port is taken', second], {list: true});
	engine.lose(why);
	await terminal.settled();
	assert.match(terminal.text(), /The engine is not running[\s\S]*the port is taken/);
	await terminal.press(keys.escape);
	for (const key of ['j', 'F', 'V', 'W', keys.escape]) {
		await terminal.press(key);
		assert.match(terminal.line(29), /The engine is not running: a command asks to start it/, key);
	}
	clock.turn(60_000);
	engine.refuse = why;
	await terminal.press('p');
	await terminal.press('r', 'j');
	assert.doesNotMatch(terminal.line(29), /not running/);
	await leave();
});

test('after a stop that cannot be caught, fg sets the modes again and draws the screen anew', async () => {
	const {terminal, process, close} = await openTestScreen(80, 24);
	const before = terminal.text();
	// What a shell does meanwhile: its own modes, its own lines.
	const raws: boolean[] = [];
	const {setRawMode} = terminal.stdin as unknown as {setRawMode: (raw: boolean) => unknown};
	Object.assign(terminal.stdin, {
		setRawMode(raw: boolean) {
			raws.push(raw);
			return setRawMode(raw);
		},
	});
	terminal.stdout.write('\u001B[?1049l\u001B[?25h\u001B[?2004l[1]+  Stopped   tortui\r\n$ fg\r\n');
	terminal.raw = false;
	await terminal.settled();
	terminal.forget();
	process.signal('SIGCONT');
	await terminal.settled();
	assert.equal(terminal.alternate, true);
	assert.equal(terminal.text(), before);
	// Set where it is believed to be set already, nothing would happen.
	assert.deepEqual(raws, [false, true]);
	assert.equal(terminal.raw, true);
	for (const mode of ['?1049h', '?7l', '?25l', '?2004h', '?1004h'])
		assert.ok(terminal.written.includes(`\u001B[${mode}`), mode);
	// The title that is brought back at the end is the one from before the screen.
	assert.ok(!terminal.written.includes('\u001B[22;2t'));
	await close();
});

test('an engine that dies twice within a minute replaces no form that is open: what is typed stays, then it is asked', async () => {
	const second = new FakeEngine();
	const third = new FakeEngine();
	const {terminal, engine, clock, starts, leave} = await openRevivable([second, third]);
	engine.lose(why);
	await terminal.settled();
	await terminal.press('m', '\u0015', '/some');
	second.lose(why);
	await terminal.settled();
	assert.equal(starts(), 1, 'it is not started for ever');
	assert.doesNotMatch(terminal.text(), /start it again/);
	await terminal.press('where');
	assert.match(terminal.text(), /\/somewhere/);
	second.refuse = why;
	await terminal.press(keys.enter);
	await terminal.settled();
	clock.turn(1);
	await terminal.settled();
	assert.match(terminal.text(), /r start it again, and do that/);
	await terminal.press('r');
	await terminal.settled();
	const command = third.sent.find(({type}) => type === 'torrent.move');
	assert.ok(command?.type === 'torrent.move' && command.dir.endsWith('/somewhere'));
	await leave();
});

test('a form that is left while the engine is gone makes room for the question', async () => {
	const second = new FakeEngine();
	const {terminal, engine, clock, leave} = await openRevivable([second, 'no more']);
	engine.lose(why);
	await terminal.settled();
	await terminal.press('m');
	second.lose(why);
	await terminal.settled();
	await terminal.press(keys.escape);
	clock.turn(1);
	await terminal.settled();
	assert.match(terminal.text(), /The engine is not running/);
	await leave();
});

test('what one key means for many torrents is done for all of them when the engine is started again, once', async () => {
	const second = new FakeEngine({torrents: 6});
	const third = new FakeEngine({torrents: 6});
	const {terminal, engine, clock, leave} = await openRevivable([second, third], {list: true, torrents: 6});
	engine.lose(why);
	await terminal.settled();
	second.lose(why);
	await terminal.settled();
	second.send = () => Promise.reject(new Error(why));
	await terminal.press(keys.escape, ' ', ' ', ' ', 'p');
	await terminal.settled();
	assert.match(terminal.text(), /r start it again, and do that/);
	// Who leaves the question does not want it done.
	await terminal.press(keys.escape);
	await terminal.press('p');
	await terminal.settled();
	assert.match(terminal.text(), /r start it again, and do that/);
	await terminal.press('r');
	await terminal.settled();
	clock.turn(1);
	const sent = third.sent.filter(({type}) => type === 'torrent.pause' || type === 'torrent.resume');
	assert.equal(sent.length, 3);
	assert.equal(new Set(sent.map(command => 'id' in command && command.id)).size, 3);
	await leave();
});

test('what was to be done while a form was open is done with the question that waited for it', async () => {
	const second = new FakeEngine({torrents: 6});
	const third = new FakeEngine({torrents: 6});
	const {terminal, engine, clock, leave} = await openRevivable([second, third], {list: true, torrents: 6});
	engine.lose(why);
	await terminal.settled();
	await terminal.press(' ', 'd', 'm', '\u0015', '/some');
	second.lose(why);
	await terminal.settled();
	second.send = () => Promise.reject(new Error(why));
	// The removal that can no more be taken back.
	clock.turn(15_000);
	await terminal.settled();
	assert.match(terminal.text(), /\/some/);
	await terminal.press(keys.escape);
	clock.turn(1);
	await terminal.settled();
	assert.match(terminal.text(), /r start it again, and do that/);
	await terminal.press('r');
	await terminal.settled();
	assert.equal(third.sent.filter(({type}) => type === 'torrent.remove').length, 1);
	await leave();
});
