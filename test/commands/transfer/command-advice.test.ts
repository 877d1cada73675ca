import assert from 'node:assert/strict';
import {test} from 'node:test';
import {commandAdvice} from '../../../source/commands/transfer/command-advice.js';

test('what a screen would resume is run, or seeded, again on a command line', () => {
	const missing = 'missing: /d/a: bring it back or check the torrent, then resume';
	assert.equal(
		commandAdvice(missing, false),
		'missing: /d/a: bring it back, or --overwrite fetches it again',
	);
	assert.equal(
		commandAdvice(missing, true),
		'missing: /d/a: bring it back or check the torrent, then seed it again',
	);
	const changed = 'changed by another program: /d/a: 1 piece is wrong: resume to fetch them again';
	assert.match(commandAdvice(changed, false), /wrong: --overwrite fetches them again$/);
	assert.match(commandAdvice(changed, true), /wrong: --repair downloads them again, tortui seed PATH shares/);
	const inTheWay = "already there and not this torrent's: /d/a: move it away, or --overwrite";
	assert.equal(commandAdvice(inTheWay, false), inTheWay);
	assert.match(commandAdvice(inTheWay, true), /\/d\/a: --repair downloads over it, tortui seed PATH shares/);
	// A file may have such a name.
	const named = 'no tracker answers: /d/then resume it';
	assert.equal(commandAdvice(named, true), named);
});
