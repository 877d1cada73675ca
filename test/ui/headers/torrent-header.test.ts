import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {TorrentView} from '../../../source/api/snapshot.ts';
import {torrentHeader} from '../../../source/ui/headers/torrent-header.ts';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {rowText, rowWidth} from '../../../source/ui/present/row.ts';
import {torrentView} from '../../commands/torrent-view.ts';

const look = {glyphs: glyphsFor(false), timezone: 0};

function header(more: Partial<TorrentView>, columns = 80): readonly string[] {
	const rows = torrentHeader({...torrentView({}), ...more}, undefined, {columns, rows: 3}, look, 0);
	for (const row of rows) assert.equal(rowWidth(row), columns);
	return rows.map(rowText);
}

test('a seed with a goal has a bar of how far it is to that', () => {
	const goal = {text: 'ratio 2, then it stops', state: 'open', why: 'ratio 1.20 of 2', own: {}} as const;
	const [, bar = ''] = header({state: 'seeding', completed: 100, wanted: 100, goal: {...goal, share: 0.6}});
	assert.match(bar, /^ █+[^█]?░+ +60\.0 % {2}of its goal $/);
	const [, whole = ''] = header({state: 'seeding', completed: 100, wanted: 100, goal});
	assert.match(whole, /100 %/);
});

test('where nobody knows how long it takes, it says why', () => {
	const downloading = {state: 'downloading', completed: 1, wanted: 100} as const;
	assert.match(header({...downloading, eta: 90})[0] ?? '', /ETA +1:30/);
	assert.match(header({...downloading, eta: undefined})[0] ?? '', /ETA +(?:no data|stalled)/);
	assert.match(header({state: 'paused', completed: 1, wanted: 100})[0] ?? '', /ETA +paused/);
	assert.match(header({state: 'queued', completed: 1, wanted: 100})[0] ?? '', /ETA +queued/);
	assert.doesNotMatch(header({state: 'seeding', completed: 100, wanted: 100})[0] ?? '', /ETA/);
});

test('where the header has room for one rate it is that of what is sent, of a torrent that sends', () => {
	assert.match(header({state: 'seeding', uploadRate: 300 * 1024}, 40)[0] ?? '', /▲ 300 K\/s $/);
	assert.match(
		header({state: 'downloading', downloadRate: 2048, uploadRate: 4096}, 40)[0] ?? '',
		/▼ 2\.0 K\/s $/,
	);
	assert.match(header({state: 'downloading'}, 40)[0] ?? '', /▼ 0 B\/s $/);
});
