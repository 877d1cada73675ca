import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import type {RemoteEngine} from '../../../source/bridge/socket/connect-engine.ts';
import type {Context} from '../../../source/commands/arguments/command.ts';
import {fullPath, showScreen} from '../../../source/commands/screen/show-screen.ts';
import {until, within} from '../../helpers/deadline.ts';
import {FakeEngine} from '../../helpers/fake-engine.ts';
import {TestTerminal} from '../../helpers/screen-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'tortui-show-'));
after(() => rmSync(folder, {recursive: true}));

/** The screen of an engine, as a command shows it. */
async function openShown() {
	const terminal = new TestTerminal(80, 24);
	const engine = new FakeEngine();
	const told: string[] = [];
	const context = {
		stdout: terminal.stdout,
		stdin: terminal.stdin,
		env: {XDG_CONFIG_HOME: folder, TERM: 'xterm', LANG: 'C.UTF-8'},
		version: '1.0.0',
		warn: (line: string) => told.push(line),
	} as unknown as Context;
	const flags = {ascii: false, color: undefined, theme: undefined, fps: undefined};
	const shown = showScreen(engine as unknown as RemoteEngine, engine.id, flags as never, folder, context);
	// What draws is loaded first, and is asked what to watch when it stands.
	await until('the screen', 20_000, async () => {
		await terminal.settled();
		return terminal.alternate && [...engine.listeners()].length > 0;
	});
	return {terminal, engine, told, shown};
}

test('when the screen itself fails, the terminal is put back, a report is written and told in one line, and the engine goes on', async () => {
	const {terminal, engine, told, shown} = await openShown();
	for (const listener of engine.listeners()) {
		listener({revision: 99, torrent: {id: engine.id, pieces: {pieces: 3, have: 0} as never}});
	}
	assert.equal(await within(20_000, 'the screen to go away', shown), 1);
	assert.equal(terminal.alternate, false);
	assert.equal(terminal.raw, false);
	assert.equal(told.length, 1);
	const path = join(folder, 'screen-failure.txt');
	assert.ok(told[0]?.includes(`(more: ${path})`), told[0]);
	assert.match(told[0] ?? '', /^the screen failed: .*come back with: tortui attach$/);
	assert.match(readFileSync(path, 'utf8'), /tortui 1\.0\.0\nthe screen failed: [\s\S]*\n +at /);
	assert.equal(statSync(path).mode & 0o777, 0o600);
	assert.ok(!engine.sent.some(({type}) => type === 'session.stop' || type === 'torrent.remove'));
});

test('who is left without an engine is told how to start one, not to come back to it', async () => {
	const {engine, told, shown} = await openShown();
	engine.lose('the engine was stopped');
	assert.equal(await within(20_000, 'the screen to go away', shown), 1);
	assert.deepEqual(told, ['the engine was stopped; start the engine again with: tortui']);
});

test('what somebody types becomes an absolute path', () => {
	const full = fullPath({HOME: '/people/me'});
	assert.equal(full('~'), '/people/me');
	assert.equal(full('~/a b'), '/people/me/a b');
	assert.equal(full('/srv/x'), '/srv/x');
	assert.equal(full('x'), join(process.cwd(), 'x'));
});
