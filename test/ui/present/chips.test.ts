import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readFilterWords} from '../../../source/api/filter-words.ts';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {chipRow, chips, countChips} from '../../../source/ui/present/chips.ts';
import {rowText} from '../../../source/ui/present/row.ts';
import {mixedTorrents} from '../../helpers/mixed-torrents.ts';

const look = {glyphs: glyphsFor(false), timezone: 0};
const torrents = mixedTorrents(64);
const counts = countChips(torrents);

test('a chip counts those that its word shows when it is typed as a filter', () => {
	for (const [at, {word}] of chips.entries())
		assert.equal(torrents.filter(torrent => readFilterWords(word)?.(torrent, 0)).length, counts[at], word);
	assert.equal(new Set(chips.map(({digit}) => digit)).size, chips.length);
});

test('what somebody should look at is said in words where there is room, and left out last where there is none', () => {
	const text = (room: number) => rowText(chipRow(counts, '', room, look));
	assert.match(text(200), /¹▼ 8 {2}²▲ 18 {2}³○ 2 stalled {2}⁴! 2 {2}⁵✗ 2 failed {2}⁶◌ 8/);
	assert.match(text(60), /^¹▼8 ²▲18 ³○2 ⁴!2 ⁵✗2 ⁶◌8/);
	assert.equal(text(14), '▼8 ○2 !2 ✗2');
	assert.equal(text(9), '○2 !2 ✗2');
	assert.equal(text(6), '○2 ✗2');
	for (let room = 0; room < 120; room++) assert.ok(text(room).length <= room, `${room}`);
});

test('states nobody is in are not told, and the one that is filtered by stands out', () => {
	const none = countChips([]);
	assert.deepEqual(chipRow(none, '', 100, look), []);
	assert.deepEqual(
		chipRow(none, 'stalled', 100, look).filter(([, , on]) => on),
		[['○ 0 stalled', 'warn', true, {kind: 'command', name: 'chip', argument: 'stalled'}]],
	);
});
