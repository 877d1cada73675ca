import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {TorrentView} from '../../../source/api/snapshot.ts';
import {reasonRow} from '../../../source/ui/headers/reason-row.ts';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {rowText} from '../../../source/ui/present/row.ts';
import {torrentView} from '../../commands/torrent-view.ts';

const look = {glyphs: glyphsFor(false), timezone: 0};

test('a torrent downloads from those who send, and seeds to those who may ask', () => {
	const view = torrentView({connected: 60, known: 900, sending: 53, receiving: 4});
	const words = (more: Partial<TorrentView>) =>
		rowText(reasonRow({...view, ...more}, 80, look, {wall: 0, countdown: 'exact'}));
	assert.match(words({}), /downloading from 53 of 60 peers/);
	assert.match(words({webSeedsSending: 1, seedsConnected: 2}), /from 53 of 60 peers · 2 seeds · 1 web seed/);
	assert.match(words({webSeedsSending: 2, connected: 0, sending: 0}), /downloading from 2 web seeds/);
	assert.match(words({state: 'seeding'}), /seeding to 4 of 60 peers/);
	assert.match(
		words({sending: undefined}),
		/downloading from 60 of 900 peers/,
		'an older engine does not say',
	);
});
