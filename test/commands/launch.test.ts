import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {test} from 'node:test';

const commands = resolve(import.meta.dirname, '../../source/commands');

/** Packages that are loaded together with a module, before anything of it runs. */
function packagesOf(file: string): Set<string> {
	const packages = new Set<string>();
	const seen = new Set<string>();
	const visit = (path: string): void => {
		if (seen.has(path)) return;
		seen.add(path);
		const text = readFileSync(path, 'utf8');
		for (const [, name = ''] of text.matchAll(/^(?:import|export) (?!type)[^;]*?from '([^']+)';/gm)) {
			if (name.startsWith('node:')) continue;
			if (!name.startsWith('.')) packages.add(name);
			else {
				const source = resolve(dirname(path), name).replace(/\.js$/, '.ts');
				visit(existsSync(source) ? source : `${source}x`);
			}
		}
	};
	visit(resolve(commands, file));
	return packages;
}

test('a download starts without loading what draws and measures text', () => {
	const packages = [
		...packagesOf('verbs/get.ts'),
		...packagesOf('transfer/json-report.ts'),
		...packagesOf('transfer/plain-report.ts'),
	];
	assert.deepEqual(
		packages.filter(name => /^(?:ink|ink-table|react|chalk|string-width)\b/.test(name)),
		[],
	);
	assert(packagesOf('transfer/terminal-report.ts').has('string-width'), 'the walk follows imports');
});
