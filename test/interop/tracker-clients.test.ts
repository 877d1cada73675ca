import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {noLibtorrent} from '../helpers/libtorrent.ts';
import {missing} from '../helpers/processes.ts';
import {trackerClients} from '../helpers/tracker-clients.ts';
import {findEachOther, trackerStage, ways} from '../helpers/tracker-stage.ts';
import {noNamespaces} from '../helpers/two-networks.ts';
import {Workspace} from '../helpers/workspace.ts';

for (const client of trackerClients.filter(({name}) => name !== 'transmission')) {
	for (const way of client.speaks) {
		test(
			`two ${client.name} find each other through our tracker, by ${ways[way]}`,
			{
				skip: noNamespaces() || client.absent() || (way.startsWith('https') && missing('openssl')),
			},
			t => findEachOther(t, client, way),
		);
	}
}

test('four different clients meet in one swarm of our tracker, by HTTP, and all of them have everything', {
	skip: noNamespaces() || missing('aria2c', 'transmission-cli', 'rtorrent'),
}, async t => {
	const {tracker, url, torrentFor, start, came} = await trackerStage(t, 'http4');
	const torrent = torrentFor(url());
	const [aria2, ...others] = trackerClients.filter(({absent}) => absent() === false);
	start(aria2!, 0, 7001, torrent);
	await tracker.output(/10\.9\.0\.1 port 7001 .*, 0 bytes left/, 40_000);
	const leeches = others.map((client, n) => [start(client, 1, 7002 + n, torrent), 7002 + n] as const);
	await Promise.all(leeches.map(([leech, port]) => came(leech, port)));
	await tracker.stop('SIGINT', 10_000);
	assert.match(tracker.stdout, new RegExp(`it knew 1 torrent, ${leeches.length + 1} peers`));
});

for (const way of ['udp4', 'udp6', 'http4'] as const) {
	test(`two libtorrent with passkeys find each other through our private tracker, by ${ways[way]}`, {
		skip: noNamespaces() || noLibtorrent(),
	}, async t => {
		const keys = new Workspace(t).path('keys');
		writeFileSync(keys, 'alices-passkey alice\nbobs-passkey bob\n');
		const {tracker, url, torrentFor, start, came} = await trackerStage(t, way, '--passkeys', keys);
		const libtorrent = trackerClients.find(({name}) => name === 'libtorrent')!;
		const stranger = torrentFor(url('/announce'));
		const refused = start(libtorrent, 1, 7009, stranger);
		const seeder = start(libtorrent, 0, 7001, torrentFor(url('/alices-passkey/announce'), 'alice'));
		await seeder.output(/READY/, 20_000);
		await tracker.output(/port 7001 .*, 0 bytes left/, 40_000);
		const leech = start(libtorrent, 1, 7002, torrentFor(url('/announce?passkey=bobs-passkey'), 'bob'));
		await came(leech, 7002);
		assert.doesNotMatch(tracker.stdout, /port 7009|passkey/);
		assert.equal(refused.ended, undefined);
	});
}
