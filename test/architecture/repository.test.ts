import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {test} from 'node:test';

const root = resolve(import.meta.dirname, '../..');

/** What no file may say. Written so that this file does not say it either. */
const forbidden: ReadonlyArray<readonly [pattern: RegExp, what: string]> = [
	[/"resolved":\s*"http/, 'a download address of a package'],
	[/\bhttps?:\/\/[^/\s"'`]*\b(?:registry|artifactory|nexus|verdaccio)\b/i, 'the host of a package registry'],
	[/\bregistry\.(?:npm|yarn)\w*\.\w+/i, 'the host of a package registry'],
	[/(?<![\w.$}/~-])\/(?:work|farm|root|home|Users)\/[\w.-]/, 'a path of one machine'],
	[/(?<![\w.$}/~-])\/tmp\/[\w.-]/, 'a path of one machine'],
];

function trackedFiles(): string[] | undefined {
	try {
		const list = execFileSync('git', ['ls-files', '-z'], {
			cwd: root,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		return list.split('\0').filter(file => file !== '' && existsSync(join(root, file)));
	} catch {
		return undefined;
	}
}

const files = trackedFiles();

test('no file names a package registry or a path of one machine', {
	skip: !files && 'not a git checkout',
}, () => {
	const found: string[] = [];
	for (const file of files!) {
		const bytes = readFileSync(join(root, file));
		if (bytes.includes(0)) continue;
		for (const [index, line] of bytes.toString('utf8').split('\n').entries())
			for (const [pattern, what] of forbidden)
				if (pattern.test(line)) found.push(`${file}:${index + 1}: ${what}: ${line.trim().slice(0, 120)}`);
	}
	assert.equal(found.join('\n'), '');
});
