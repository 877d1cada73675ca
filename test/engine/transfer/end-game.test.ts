import assert from 'node:assert/strict';
import {test} from 'node:test';
import {blockLength} from '../../../source/base/units.ts';
import {leech, sender} from '../../helpers/lone-leech.ts';

test('in the end game the copy that comes second is cancelled', async () => {
	const lone = await leech(1, 256, 4 * blockLength);
	const first = await sender(lone, 1);
	assert.equal((await first.hears('request')).length, 4);
	const second = await sender(lone, 2);
	const [copy] = await second.hears('request');
	assert.ok(copy);
	second.answer([copy]);
	await second.listen();
	assert.deepEqual(await first.hears('cancel'), [copy.replace('request', 'cancel')]);
	await lone.torrent.close();
});
