import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {test} from 'node:test';
import {catalogue} from './catalogue.ts';

const root = resolve(import.meta.dirname, '../..');

test('each attack that was tried is held by a test that is there', () => {
	for (const {tried, file, title} of catalogue)
		assert.ok(
			readFileSync(join(root, file), 'utf8').includes(title),
			`${tried}: ${file} has no test "${title}"`,
		);
});
