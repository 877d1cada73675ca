import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Reason} from '../../../source/base/reason.ts';
import {KeptViews} from '../../../source/engine/views/kept-views.ts';
import {viewTorrent} from '../../../source/engine/views/torrent-view.ts';
import {LonePeer} from '../../helpers/lone-peer.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';

function counting() {
	let made = 0;
	const rules = {rules: {all: {}, rules: []}};
	const views = new KeptViews(rules, (...given) => {
		made++;
		return viewTorrent(...given);
	});
	return {views, rules, made: () => made};
}

const waits = (count: number): Reason => ({level: 'info', text: `queued: ${count} torrents go first`});

test('the view of a torrent that stands still is made once, whoever looks and how often', async () => {
	const {torrent} = new LoneTorrent({pieces: 2});
	torrent.post({type: 'rest', wanted: false});
	const {views, made} = counting();
	const first = views.view(torrent, 0, waits(3));
	for (let now = 1; now < 100; now++) assert.equal(views.view(torrent, now, waits(3)), first);
	assert.equal(made(), 1);
	const other = views.view(torrent, 100, waits(2));
	assert.equal(other.reason?.text, waits(2).text);
	assert.deepEqual({...other, reason: undefined}, {...first, reason: undefined});
	assert.equal(made(), 1);
	await torrent.close();
});

test('whatever becomes of it is in the next view', async () => {
	const {torrent} = new LoneTorrent({pieces: 2});
	torrent.post({type: 'rest', wanted: false});
	const {views} = counting();
	const changes: Array<() => void> = [
		() => torrent.post({type: 'set', settings: {label: 'films'}}),
		() => torrent.post({type: 'set', settings: {queue: 7}}),
		() => torrent.post({type: 'set', settings: {maxDownload: 5000}}),
		() => torrent.post({type: 'set', settings: {seedRatio: 2}}),
		() => torrent.post({type: 'set', settings: {maxPeers: 3}}),
		() => torrent.post({type: 'prioritise', files: [0], priority: 0}),
		() => torrent.post({type: 'addWebSeeds', urls: ['http://127.0.0.1/a']}),
		() => torrent.post({type: 'askForChoice'}),
		() => torrent.sources.trackers.list.merge([['http://other.example/announce']]),
		() => {
			torrent.stats.uploaded += 100;
		},
		() => torrent.post({type: 'queue', wanted: true}),
		() => {
			torrent.dir = '/other';
		},
	];
	let before = views.view(torrent, 0, undefined);
	for (const [at, change] of changes.entries()) {
		change();
		const after = views.view(torrent, 0, undefined);
		assert.notDeepEqual(after, before, `change ${at}`);
		assert.deepEqual(after, viewTorrent(torrent, 0, undefined), `change ${at}`);
		before = after;
	}
	await torrent.close();
});

test('one that runs is looked at each time while somebody is with it, and once while nobody is', async () => {
	const lone = new LoneTorrent({pieces: 2});
	await lone.start();
	const {views, made} = counting();
	for (let now = 0; now < 5; now++) views.view(lone.torrent, now, undefined);
	assert.equal(made(), 1);
	await LonePeer.meet(lone, 1);
	for (let now = 5; now < 10; now++) views.view(lone.torrent, now, undefined);
	assert.equal(made(), 6);
	await lone.torrent.close();
});
