import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {terminalJson, terminalLine} from '../../source/base/terminal-text.ts';
import {openLog} from '../../source/commands/engine-process/file-log.ts';
import {jsonReport} from '../../source/commands/transfer/json-report.ts';
import {torrentView} from '../commands/torrent-view.ts';

/** What a terminal obeys, and what hides or turns round the text beside it. */
const dangerous = /[\p{Cc}\u200B-\u200F\u2028-\u202E\u2060-\u2069\u061C\uFEFF]|[\u{E0000}-\u{E007F}]/u;
const hostile = 'a\u009B2J\u007Fb\u0085\u202Egpj\u2066x\u2069\u200B\uFEFF\u2028\u{E0041}\u061C é 音 👍';

test('JSON for a terminal holds nothing that the terminal obeys, and reads back as what it was', () => {
	const value = {name: hostile, [hostile]: [hostile, 1, null]};
	for (const indent of [undefined, 2, '\t']) {
		const text = terminalJson(value, indent);
		assert.doesNotMatch(text.replaceAll(/[\n\t]/g, ''), dangerous);
		assert.deepEqual(JSON.parse(text), value);
	}
	for (let code = 0; code < 0x3000; code++) {
		const one = String.fromCharCode(code);
		assert.equal(JSON.parse(terminalJson(one)), one);
		if (/[\p{Cc}\p{Cf}]/u.test(one)) assert.match(terminalJson(one), /^"\\.+"$/, code.toString(16));
	}
});

test('a line for a terminal is one line without what moves the cursor or hides', () => {
	assert.doesNotMatch(terminalLine(hostile), dangerous);
	assert.equal(terminalLine('a\r\n\u001B[2Kb'), 'a [2Kb');
	assert.equal(terminalLine('naïve 音楽 👍'), 'naïve 音楽 👍');
});

test('the events of a download and the lines of a log are safe to look at', context => {
	let out = '';
	const report = jsonReport({
		stdout: {write: (text: string) => (out += text)} as never,
		warn: () => {},
	});
	report.added(torrentView({name: hostile}));
	assert.doesNotMatch(out.trimEnd(), dangerous);
	assert.equal(JSON.parse(out).name, hostile);

	const folder = mkdtempSync(join(tmpdir(), 'tortui-log-'));
	context.after(() => rmSync(folder, {recursive: true}));
	const path = join(folder, 'log');
	openLog({log: path, verbose: false})('info', hostile);
	const line = readFileSync(path, 'utf8');
	assert.doesNotMatch(line.trimEnd(), dangerous);
	assert.equal(JSON.parse(line).text, hostile);
});
