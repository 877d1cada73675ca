import assert from 'node:assert/strict';
import process from 'node:process';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {missing} from '../helpers/processes.ts';
import {Terminal} from '../helpers/tmux-terminal.ts';
import {Workspace} from '../helpers/workspace.ts';

const skip = missing('tmux', 'bash');
const panes = ['Pieces', 'Speed', 'Peers', 'Trackers', 'Files', 'Log'];

/** How far the download is, as the header says it. */
function percentOf(text: string): number {
	const match = /(\d+(?:\.\d+)?) ?%/.exec(text.split('\n').slice(0, 3).join('\n'));
	assert.ok(match, `no percentage in the header:\n${text}`);
	return Number(match[1]);
}

function hasTitle(text: string, name: string): boolean {
	return new RegExp(`\\b${panes.indexOf(name) + 1} ${name}\\b`).test(text);
}

/** Fails when something is drawn twice or left over from another size. */
function assertTidy(text: string): void {
	for (const name of panes) {
		const count = text.match(new RegExp(`\\b${panes.indexOf(name) + 1} ${name}\\b`, 'g'))?.length ?? 0;
		assert.ok(count <= 1, `${name} is drawn ${count} times:\n${text}`);
	}
	const footers = text.split('\n').filter(line => /\? help/.test(line));
	assert.ok(footers.length <= 1, `${footers.length} footers:\n${text}`);
}

for (const [columns, rows] of [
	[80, 24],
	[120, 40],
] as const) {
	test(`the demo at ${columns}x${rows}: all panes, pause, skip a file, resize, quit, and the terminal is as it was`, {
		skip,
	}, async t => {
		const space = new Workspace(t);
		const terminal = await Terminal.open(space, columns, rows);
		const before = await terminal.state();
		terminal.enter('echo "this was" here before');
		await terminal.sees(/^this was here before$/m);
		terminal.enter('tortui demo');

		// What has no room at this size is a key away.
		const together = rows >= 40 ? panes : panes.slice(0, 5);
		const full = await terminal.sees(text => together.every(name => hasTitle(text, name)), 20_000);
		assertTidy(full);
		assert.match(terminal.flags(), /cursor_flag=0 alternate_on=1/);
		for (const [index, name] of panes.entries()) {
			terminal.press(`${index + 1}`);
			await terminal.sees(text => hasTitle(text, name));
		}
		terminal.press('1');
		await terminal.sees(text => together.every(name => hasTitle(text, name)));

		const start = percentOf(terminal.text());
		await terminal.sees(text => percentOf(text) > start || start === 100, 20_000);

		terminal.press('p');
		const paused = await terminal.sees(/\bpaused\b/);
		await sleep(1500);
		assert.equal(percentOf(terminal.text()), percentOf(paused), 'it went on while it was paused');
		terminal.press('p');
		await terminal.sees(text => !/\bpaused\b/.test(text.split('\n').slice(0, 4).join('\n')));

		terminal.press('5');
		await terminal.sees(/Space (?:skip|want)/i);
		terminal.press('G', 'Space');
		await terminal.sees(/\d+ of \d+ (?:files )?wanted/);
		terminal.press('Space');
		await terminal.sees(text => !/\d+ of \d+ (?:files )?wanted/.test(text));
		terminal.press('Space');
		await terminal.sees(/\d+ of \d+ (?:files )?wanted/);

		for (const [width, height] of [
			[100, 30],
			[60, 16],
			[200, 60],
			[28, 5],
			[columns, rows],
		] as const) {
			terminal.resize(width, height);
			const text = await terminal.sees(shown => {
				const lines = shown.split('\n');
				const footer = lines.at(height - 1) ?? '';
				if (width < 30) return /%/.test(shown) && !/[╭┏]/.test(shown);
				return /\? help/.test(footer) && lines.some(line => line.trimEnd().length === width);
			});
			assertTidy(text);
			for (const line of text.split('\n')) assert.ok([...line].length <= width, `too wide: ${line}`);
		}

		terminal.press('q');
		await terminal.sees(/\bdetach\b[\s\S]*\bstop\b[\s\S]*\bstay\b/);
		terminal.press('s');
		assert.equal(await terminal.prompt(), 0);
		await terminal.sees(/^this was here before$/m);
		assert.deepEqual(await terminal.state(), before);
		terminal.enter('echo the shell wor"ks"');
		await terminal.sees(/^the shell works$/m);
		assert.match(terminal.text(), /ready> echo the shell wor"ks"$/m);
	});
}

test('the demo has a small network: who shares what is seen, searched, looked into and downloaded', {
	skip,
}, async t => {
	const space = new Workspace(t);
	const terminal = await Terminal.open(space, 80, 24);
	terminal.enter('tortui demo');
	await terminal.sees(/W shows a small network/, 20_000);
	terminal.press('W');
	const all = await terminal.sees(/Foghorns of the north/, 20_000);
	assert.match(all, /Coast Recordings +here/);
	await terminal.sees(/wren +3 .*reachable/, 20_000);
	terminal.press('rain', 'Space', 'roof');
	await terminal.sees(text => /Rain on Tin Roofs .*tomas, wren/.test(text) && !/Foghorns/.test(text));
	terminal.press('Enter');
	await terminal.sees(/Download what is shared[\s\S]*Cloudburst\.wav/);
	terminal.press('Enter');
	await terminal.sees(/Rain on Tin Roofs: download complete/, 60_000);
	terminal.press('q');
	await terminal.sees(/\bstay\b/);
	terminal.press('s');
	assert.equal(await terminal.prompt(), 0);
});

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
	test(`ended by ${signal}, the demo leaves the terminal as it was`, {skip}, async t => {
		const space = new Workspace(t);
		const terminal = await Terminal.open(space, 80, 24);
		const before = await terminal.state();
		terminal.enter('tortui demo');
		await terminal.sees(text => hasTitle(text, 'Pieces'), 20_000);
		process.kill(terminal.foreground()!, signal);
		await terminal.prompt();
		assert.deepEqual(await terminal.state(), before);
		terminal.enter('echo wor"ks"');
		await terminal.sees(/^works$/m);
	});
}

test('suspended with Ctrl-Z the demo gives the terminal back, and comes back with fg', {skip}, async t => {
	const space = new Workspace(t);
	const terminal = await Terminal.open(space, 80, 24);
	const before = await terminal.state();
	terminal.enter('tortui demo');
	await terminal.sees(text => hasTitle(text, 'Pieces'), 20_000);
	terminal.press('C-z');
	await terminal.prompt();
	assert.equal((await terminal.state()).flags, before.flags);
	terminal.enter('fg');
	await terminal.sees(text => hasTitle(text, 'Pieces'));
	terminal.press('q');
	await terminal.sees(/\bstay\b/);
	terminal.press('s');
	await terminal.prompt();
	assert.deepEqual(await terminal.state(), before);
});
