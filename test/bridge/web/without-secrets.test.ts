import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Command, Reply} from '../../../source/api/command.ts';
import type {Update} from '../../../source/api/snapshot.ts';
import {hasSecrets, publicUrl} from '../../../source/base/public-url.ts';
import {ReadOnlyClient} from '../../../source/bridge/web/read-only-client.ts';
import {openUpdate, publicMagnet} from '../../../source/bridge/web/without-secrets.ts';
import {FakeEngine} from '../../helpers/fake-engine.ts';
import {ask} from '../http/doors.ts';
import {cookieOf, openWeb, password} from './web-stage.ts';

const key = '0123456789abcdef0123456789abcdef';
const secret = [
	`https://tracker.example/${key}/announce`,
	`https://tracker.example:8443/announce/${key}`,
	`https://tracker.example/announce.php?passkey=${key}`,
	`https://me:${key}@tracker.example/announce`,
	`udp://tracker.example:6969/${key}`,
];
const open = ['udp://tracker.example:6969/announce', 'http://tracker.example:80/announce', 'wss://t.example'];

for (const url of secret) {
	test(`${url.replaceAll(key, 'KEY')} is told without its key`, () => {
		assert.ok(hasSecrets(url));
		assert.ok(!publicUrl(url).includes(key));
		assert.match(publicUrl(url), /^\w+:\/\/tracker\.example/);
	});
}

test('an address that lets nobody in is told as it is', () => {
	assert.deepEqual(open.map(publicUrl), open);
	assert.equal(publicUrl('no address'), '…');
});

test('a magnet link keeps what anybody may know', () => {
	const tr = (url: string) => `tr=${encodeURIComponent(url)}`;
	const plain = `magnet:?xt=urn:btih:${key}&dn=a%20b&${tr(open[0]!)}&xs=urn:btpk:${key}`;
	assert.equal(publicMagnet(plain), plain);
	assert.equal(publicMagnet(`${plain}&${secret.map(tr).join('&')}&tr.1=${secret[0]}`), plain);
});

test('who may only look is told of no key, wherever it stands', () => {
	const [url = ''] = secret;
	const magnet = `magnet:?xt=urn:btih:aa&tr=${encodeURIComponent(url)}`;
	const update = {
		revision: 1,
		session: {name: 'x'},
		torrents: [{id: 'a', magnet}],
		torrent: {
			id: 'a',
			overview: {magnet, webSeeds: [url]},
			trackers: [{url, tier: 1}, {url: ''}],
			webSeeds: [{url}],
		},
		creations: [{id: 1, magnet}],
		folders: {shared: [{dir: '/a', trackers: [url]}], watched: []},
		network: {catalogues: [{tracker: url}]},
	} as unknown as Update;
	const told = openUpdate(update);
	assert.ok(!JSON.stringify(told).includes(key));
	assert.equal(told.torrent?.trackers?.[1]?.url, '');
	assert.equal(told.session, update.session);
	const nothing = {revision: 1, torrents: [{id: 'a', magnet: 'magnet:?xt=urn:btih:aa'}]} as unknown as Update;
	assert.equal(openUpdate(nothing).torrents, nothing.torrents);
});

test('a .torrent with a key in it is given to nobody who may only look', async () => {
	const answers = new Map<string, Reply>();
	const engine = Object.assign(new FakeEngine(), {
		send: async (command: Command) => answers.get('id' in command ? String(command.id) : '') ?? {},
	});
	const client = new ReadOnlyClient(engine);
	for (const [id, url] of [
		['a', secret[0]!],
		['b', open[0]!],
	] as const) {
		const bytes = `d8:announce${url.length}:${url}4:infod6:lengthi1eee`;
		answers.set(id, {metainfo: Buffer.from(bytes).toString('base64')});
	}
	await assert.rejects(client.send({type: 'torrent.export', id: 'a'}), /lets one in at its tracker/);
	assert.ok((await client.send({type: 'torrent.export', id: 'b'})).metainfo);
});

test('snapshots tell keys to those who may do everything, and to nobody else', async t => {
	const web = await openWeb(t);
	const magnet = `magnet:?xt=urn:btih:aa&tr=${encodeURIComponent(secret[0]!)}`;
	const {engine} = web;
	const watch = engine.watch.bind(engine);
	engine.watch = (what, listener) =>
		watch(what, update =>
			listener({...update, ...(update.torrents && {torrents: [{...update.torrents[0]!, magnet}]})}),
		);
	const told = async (cookie: string) =>
		(await ask(web.port, '/api/torrents', {headers: {cookie}})).body.toString();
	assert.ok((await told(cookieOf(await web.enter({password})))).includes(key));
	const seen = await told(await web.cookie('look'));
	assert.ok(seen.includes('urn:btih:aa') && !seen.includes(key));
});
