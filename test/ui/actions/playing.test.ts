import assert from 'node:assert/strict';
import {test} from 'node:test';
import {until} from '../../helpers/deadline.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

test('what is under the cursor, or in a folder, is given to a player while it downloads', async () => {
	const played: string[][] = [];
	let fail: (why: string) => void = () => {};
	const player = {
		name: 'mpv',
		play: (urls: readonly string[], failed: (why: string) => void) => {
			played.push([...urls]);
			fail = failed;
		},
	};
	const {terminal, engine, close} = await openTestScreen(120, 40, {player});
	await terminal.press('5', 'g', 'O');
	const sent = engine.sent.at(-1);
	assert.ok(sent?.type === 'stream.open' && sent.id === engine.id && sent.files.length > 1);
	assert.deepEqual(played[0]?.length, sent.files.length);
	assert.match(terminal.text(), new RegExp(`mpv plays ${sent.files.length} files`));
	await terminal.press('G', 'O');
	assert.equal(played[1]?.length, 1);
	const picture = engine.sent.at(-1);
	// In a folder only the music is meant.
	assert.ok(picture?.type === 'stream.open' && !sent.files.includes(picture.files[0]!));
	assert.match(terminal.text(), /mpv plays cover\.jpg/);
	fail('mpv is not here.');
	await until('the reason', 5000, () => /mpv is not here/.test(terminal.text()));
	await close();
});

test('where no player can be opened the URL is shown, and over SSH how the port is forwarded', async () => {
	const {terminal, close} = await openTestScreen(80, 24, {
		forwardAdvice: url => `ssh -N -L ${new URL(url).port}:127.0.0.1:40123 ada@192.0.2.1`,
	});
	await terminal.press('5', 'G', 'O');
	assert.match(terminal.text(), /Play cover\.jpg/);
	assert.match(terminal.text(), /ssh -N -L 40123:127\.0\.0\.1:40123 ada@192\.0\.2\.1/);
	assert.match(terminal.text(), /http:\/\/127\.0\.0\.1:40123\/0123456789abcdef/);
	await terminal.press('c');
	assert.match(terminal.text(), /URL copied/);
	await terminal.press('esc');
	assert.doesNotMatch(terminal.text(), /Play cover/);
	await close();
	const other = await openTestScreen(50, 16, {});
	await other.terminal.press('5', 'G', 'O');
	assert.match(other.terminal.text(), /No player can be opened here/);
	await other.close();
});
