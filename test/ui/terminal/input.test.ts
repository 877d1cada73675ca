import assert from 'node:assert/strict';
import {test} from 'node:test';
import {escapeTimes} from '../../../source/ui/terminal/filtered-input.ts';
import {type InputPart, InputParts, parseBackground} from '../../../source/ui/terminal/input-parts.ts';
import {seeded} from '../../helpers/fake-engine.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

const far = {env: {ssh: true, term: 'xterm-256color', timezone: 0}} as const;

/** What came in, with neighbouring keys as one text. */
function joined(parts: readonly InputPart[]): InputPart[] {
	const result: InputPart[] = [];
	for (const part of parts) {
		const last = result.at(-1);
		if (part.kind === 'keys' && last?.kind === 'keys')
			result[result.length - 1] = {kind: 'keys', text: last.text + part.text};
		else result.push(part);
	}
	return result;
}

const pieces = [
	'j',
	'gG',
	'é音👍',
	keys.up,
	keys.end,
	keys.pageDown,
	keys.shiftTab,
	'\u001B[1;5C',
	'\u001B[3$',
	keys.f1,
	'\u001B[11~',
	'\u001B[[A',
	'\u001BOA',
	'\u001B[I',
	'\u001B[O',
	'\u001B[200~/srv/a b.torrent\u001B[201~',
	'\u001B[200~x\u001B[A\u001B[20y\u001B[201~',
	'\u001B[200~\u001B[201~',
	'\u001B]11;rgb:ffff/8080/0000\u0007',
	'\u001B]11;rgb:ff/ff/ff\u001B\\',
	'\u001B]52;c;aGVsbG8=\u001B\\',
	'\u001B[<0;12;3M\u001B[<0;12;3m',
	'\u001B[<65;200;60M',
	'\u001B[M !!',
];

test('a sequence means the same wherever a line cuts it, and whatever stands beside it', () => {
	const random = seeded(11);
	for (let turn = 0; turn < 400; turn++) {
		const chosen = Array.from(
			{length: 1 + Math.floor(random() * 6)},
			() => pieces[Math.floor(random() * pieces.length)],
		);
		const text = chosen.join('');
		const wanted = joined(new InputParts().push(text));
		const parts = new InputParts();
		const got: InputPart[] = [];
		let at = 0;
		while (at < text.length) {
			// A decoder never cuts a character of two units.
			let end = at + 1 + Math.floor(random() * 4);
			if (/[\uDC00-\uDFFF]/.test(text[end] ?? '')) end++;
			got.push(...parts.push(text.slice(at, end)));
			at = end;
		}
		assert.equal(parts.unfinished, 'nothing', JSON.stringify(text));
		assert.deepEqual(joined(got), wanted, JSON.stringify(text));
	}
});

test('every cut of every sequence in two gives what the whole gives', () => {
	for (const piece of pieces) {
		const wanted = joined(new InputParts().push(piece));
		for (let cut = 1; cut < piece.length; cut++) {
			if (/[\uDC00-\uDFFF]/.test(piece[cut] ?? '')) continue;
			const parts = new InputParts();
			const got = [...parts.push(piece.slice(0, cut)), ...parts.push(piece.slice(cut))];
			assert.deepEqual(joined(got), wanted, `${JSON.stringify(piece)} cut at ${cut}`);
		}
	}
});

test('what a mouse does is told and never typed, in the old way of telling it too', () => {
	const told = (text: string) => new InputParts().push(text);
	const at = {kind: 'mouse', x: 11, y: 2, ctrl: false} as const;
	assert.deepEqual(told('\u001B[<0;12;3M'), [{...at, act: 'press', button: 'left'}]);
	assert.deepEqual(told('\u001B[<2;12;3m'), [{...at, act: 'release', button: 'right'}]);
	assert.deepEqual(told('\u001B[<16;12;3M'), [{...at, act: 'press', button: 'left', ctrl: true}]);
	assert.deepEqual(told('\u001B[<32;12;3M'), [{...at, act: 'drag', button: 'left'}]);
	assert.deepEqual(told('\u001B[<64;12;3M'), [{...at, act: 'wheel-up', button: 'left'}]);
	assert.deepEqual(told('\u001B[M ,#j'), [
		{...at, act: 'press', button: 'left'},
		{kind: 'keys', text: 'j'},
	]);
	for (const strange of ['\u001B[<35;12;3M', '\u001B[<66;12;3M', '\u001B[<0;0;3M', '\u001B[<999;1;1M'])
		assert.deepEqual(told(strange), [], JSON.stringify(strange));
});

test('Esc that comes long before the rest of its sequence over SSH is no key', async () => {
	for (const wait of [30, 100, 200]) {
		const {terminal, clock, close} = await openTestScreen(120, 40, far);
		await terminal.press('5', 'i');
		assert.match(terminal.text(), /━ Details ━/);
		await terminal.press('i');
		const before = terminal.text().match(/┃›.*/)?.[0];
		await terminal.send('\u001B');
		clock.turn(wait);
		await terminal.send('[B');
		assert.match(terminal.line(0), /field-recordings/);
		assert.notEqual(terminal.text().match(/┃›.*/)?.[0], before, `${wait} ms: the cursor has moved`);
		await close();
	}
});

test('Esc and a key that come in one piece are two keys, wherever a line cuts them', async () => {
	assert.deepEqual(new InputParts().push('\u001Bi'), [
		{kind: 'key', key: 'esc'},
		{kind: 'keys', text: 'i'},
	]);
	const {terminal, close} = await openTestScreen(120, 40);
	await terminal.press('?');
	await terminal.send('\u001Bi');
	assert.match(terminal.text(), /━ Details ━/);
	await close();
});

test('the rest of a sequence that comes after Esc was taken for a key is no letter', async () => {
	for (const rest of ['[B', 'OB', '[1;2B', '[<0;1;1M']) {
		const {terminal, clock, engine, close} = await openTestScreen(120, 40, far);
		await terminal.press('3');
		await terminal.send('\u001B');
		clock.turn(escapeTimes.far + 300);
		await terminal.send(rest);
		assert.doesNotMatch(terminal.text(), /Ban this peer/, rest);
		assert.deepEqual(engine.sent, []);
		await close();
	}
	const {terminal, clock, close} = await openTestScreen(120, 40, far);
	await terminal.press('3');
	await terminal.send('\u001B');
	clock.turn(escapeTimes.far + 300);
	await terminal.send('[');
	clock.turn(200);
	await terminal.send('B');
	assert.doesNotMatch(terminal.text(), /Ban this peer/);
	await close();
});

test('a sequence that is cut after its bracket types nothing, however late its rest is', async () => {
	const {terminal, clock, engine, close} = await openTestScreen(120, 40);
	await terminal.press('5');
	for (const rest of ['A', 'B', 'D']) {
		await terminal.send('\u001B[');
		clock.turn(700);
		await terminal.send(rest);
	}
	assert.deepEqual(engine.sent, []);
	assert.doesNotMatch(terminal.text(), /marked/);
	await close();
});

test('Esc alone is a key: soon on this machine, and a letter after it is another one', async () => {
	const {terminal, clock, close} = await openTestScreen(120, 40);
	await terminal.press('?');
	await terminal.send('\u001B');
	assert.match(terminal.text(), /━ Help ━/);
	clock.turn(escapeTimes.near);
	await terminal.settled();
	assert.doesNotMatch(terminal.text(), /━ Help ━/);
	await terminal.press('?');
	await terminal.send('\u001B');
	await terminal.send('i');
	assert.match(terminal.text(), /━ Details ━/);
	await close();
});

test('where a line has cut a sequence once, Esc is waited for longer from then on', async () => {
	const {terminal, clock, close} = await openTestScreen(120, 40);
	await terminal.send('\u001B');
	await terminal.send('[B');
	await terminal.press('?');
	await terminal.send('\u001B');
	clock.turn(escapeTimes.near);
	await terminal.settled();
	assert.match(terminal.text(), /━ Help ━/);
	clock.turn(escapeTimes.far);
	await terminal.settled();
	assert.doesNotMatch(terminal.text(), /━ Help ━/);
	await close();
});

test('a paste that comes byte by byte, characters cut in the middle, is one paste', async () => {
	const {terminal, clock, close} = await openTestScreen(120, 40, far);
	const bytes = Buffer.from('\u001B[200~/srv/é音👍.torrent\u001B[201~');
	for (const byte of bytes) {
		terminal.stdin.write(Uint8Array.of(byte));
		await new Promise(resolve => setImmediate(resolve));
		clock.turn(90);
	}
	await terminal.settled();
	assert.match(terminal.text(), /━ Add a torrent ━/);
	assert.match(terminal.text(), /\/srv\/é音👍\.torrent/);
	await close();
});

test('nothing of a paste is taken for keys, also when its end never comes', async () => {
	const {terminal, clock, engine, close} = await openTestScreen(120, 40, {list: true});
	await terminal.send('\u001B[200~DyQ');
	clock.turn(5000);
	await terminal.send('PPd');
	clock.turn(9000);
	await terminal.settled();
	assert.ok(engine.sent.every(({type}) => type === 'torrent.preview'));
	assert.doesNotMatch(terminal.text(), /━ Add a torrent ━/);
	// Ctrl-C gives the keys back at once, and so does the time.
	await terminal.send('\u0003');
	assert.match(terminal.text(), /━ Add a torrent ━/);
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.remove' || type === 'session.pauseAll'));
	await close();
});

test('reads the colour of the background as terminals write it', () => {
	assert.deepEqual(parseBackground('11;rgb:ffff/ffff/ffff'), [255, 255, 255]);
	assert.deepEqual(parseBackground('11;rgb:fd/f6/e3'), [253, 246, 227]);
	assert.deepEqual(parseBackground('11;rgb:0/8/f'), [0, 136, 255]);
	assert.deepEqual(parseBackground('11;rgba:1e1e/1e1e/2e2e/ffff'), [30, 30, 46]);
	assert.equal(parseBackground('10;rgb:ffff/ffff/ffff'), undefined);
	assert.equal(parseBackground('11;?'), undefined);
});
