import assert from 'node:assert/strict';
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {pathCompleter} from '../../../source/commands/screen/path-completer.js';
import {Workspace} from '../../helpers/workspace.ts';

test('a path goes on to what is there and begins like it, folders with a slash, hidden ones only when typed', async context => {
	const space = new Workspace(context);
	const home = space.folder('home');
	for (const name of ['Album', 'Alpha', '.hidden']) mkdirSync(join(home, name));
	writeFileSync(join(home, 'Al.txt'), '');
	symlinkSync('Album', join(home, 'Alink'));
	symlinkSync('nowhere', join(home, 'Along'));
	const complete = pathCompleter(path => path.replace(/^~/, home).replace(/^\.$/, home));
	assert.deepEqual(await complete('~/A'), ['~/Al.txt', '~/Album/', '~/Alink/', '~/Along', '~/Alpha/']);
	assert.deepEqual(await complete('~/'), ['~/Al.txt', '~/Album/', '~/Alink/', '~/Along', '~/Alpha/']);
	assert.deepEqual(await complete('~/.'), ['~/.hidden/']);
	assert.deepEqual(await complete('Alb'), ['Album/']);
	assert.deepEqual(await complete('~'), ['~/']);
	assert.deepEqual(await complete('~/x'), []);
	await assert.rejects(complete('~/none/x'));
});
