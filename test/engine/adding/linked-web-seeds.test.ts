import assert from 'node:assert/strict';
import test from 'node:test';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {parseMagnet} from '../../../source/protocol/metainfo/magnet.ts';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.ts';
import {noWebServers} from '../../helpers/fake-web-server.ts';
import {openTestSession, seedTorrent, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const seed = 'http://seed.example/files/';
const other = 'https://other.example/a b/';
const otherUrl = 'https://other.example/a%20b/';
const tracker = 'http://t.example/announce';
const ws = (...urls: readonly string[]) => urls.map(url => `&ws=${encodeURIComponent(url)}`).join('');

async function exported({send}: TestSession, id: string) {
	const {metainfo = ''} = await send({type: 'torrent.export', id});
	return parseMetainfo(Buffer.from(metainfo, 'base64'), hashFunctions);
}

async function stage(t: test.TestContext) {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'linked', [['a.bin', 100_000]], 32_768, [], true);
	const seeder = await openTestSession(space, 'seeder', {sockets: {ranges: noWebServers}});
	const id = await seedTorrent(seeder, torrent);
	const link = `magnet:?xt=urn:btih:${id}&dn=x&tr=${encodeURIComponent(tracker)}`;
	return {space, torrent, seeder, id, link, peer: `127.0.0.1:${seeder.port}`};
}

test('web seeds of a link are seen, kept over restarts, and stand in the .torrent and in the link that is copied', async t => {
	const {space, id, link, peer} = await stage(t);
	const first = await openTestSession(space, 'home', {trackers: false, sockets: {ranges: noWebServers}});
	await first.send({type: 'torrent.addLink', link: link + ws(seed, other), options: {paused: true}});
	assert.deepEqual((await first.view(id)).webSeeds, [seed, otherUrl]);
	await first.session.stop();
	const second = await openTestSession(space, 'home', {trackers: false, sockets: {ranges: noWebServers}});
	assert.deepEqual((await second.view(id)).webSeeds, [seed, otherUrl]);
	await second.send({type: 'torrent.resume', id});
	await second.send({type: 'peer.add', id, address: peer});
	const here = await second.sees(id, 'here', ({state}) => state === 'seeding');
	assert.deepEqual(here.webSeeds, [seed, otherUrl]);
	const copied = parseMagnet(here.magnet);
	assert.deepEqual([copied.name, copied.trackers, copied.webSeeds], ['linked', [tracker], [seed, otherUrl]]);
	const metainfo = await exported(second, id);
	assert.deepEqual([metainfo.webSeeds, metainfo.trackers], [[seed, otherUrl], [[tracker]]]);
	await second.session.stop();
	const third = await openTestSession(space, 'home', {trackers: false, sockets: {ranges: noWebServers}});
	const again = await third.view(id);
	assert.deepEqual([again.webSeeds, again.magnet], [[seed, otherUrl], here.magnet]);
});

test('a link of a torrent that is here brings its web seeds, which outlive a restart, and no others', async t => {
	const {space, torrent, id, link} = await stage(t);
	const first = await openTestSession(space, 'home', {trackers: false, sockets: {ranges: noWebServers}});
	await first.add(torrent, {paused: true});
	assert.equal((await first.view(id)).webSeeds, undefined);
	await first.send({type: 'torrent.addLink', link: link + ws(seed), options: {paused: true}});
	await first.send({type: 'torrent.addLink', link: link + ws(seed, other), options: {paused: true}});
	assert.deepEqual((await first.view(id)).webSeeds, [seed, otherUrl]);
	await first.session.stop();
	const second = await openTestSession(space, 'home', {trackers: false, sockets: {ranges: noWebServers}});
	assert.deepEqual((await second.view(id)).webSeeds, [seed, otherUrl]);
});

test('a link that is given its .torrent keeps that as it is, and has the web seeds of both', async t => {
	const {space, torrent, id, link} = await stage(t);
	const bytes = Buffer.from(torrent.metainfo, 'base64');
	// The keys of a dictionary are in order: comment before info.
	const commented = Buffer.concat([Buffer.from('d7:comment5:hello'), bytes.subarray(1)]);
	const engine = await openTestSession(space, 'home', {trackers: false, sockets: {ranges: noWebServers}});
	await engine.send({type: 'torrent.addLink', link: link + ws(seed), options: {paused: true}});
	await engine.send({type: 'torrent.add', metainfo: commented.toString('base64'), options: {paused: true}});
	const {comment, webSeeds} = await engine.view(id);
	assert.deepEqual([comment, webSeeds], ['hello', [seed]]);
	await engine.session.stop();
	const next = await openTestSession(space, 'home', {trackers: false, sockets: {ranges: noWebServers}});
	const {metainfo} = await next.send({type: 'torrent.export', id});
	assert.equal(metainfo, commented.toString('base64'));
	assert.deepEqual((await next.view(id)).webSeeds, [seed]);
});

test('what of a link is ignored is in the preview and in the log, and so is a peer that has no address', async t => {
	const {space, id, link} = await stage(t);
	const engine = await openTestSession(space, 'home', {
		trackers: false,
		sockets: {
			ranges: noWebServers,
			resolver: {first: async () => Promise.reject(new Error('no such name'))} as never,
		},
	});
	const odd = `${link}&so=x&tr=wss://w.example/&x.pe=bad&x.pe=nowhere.invalid:7000`;
	const {preview} = await engine.send({type: 'torrent.preview', link: odd});
	assert.equal(preview?.notes?.length, 3);
	await engine.send({type: 'torrent.addLink', link: odd, options: {paused: true}});
	const warnings = engine.log.filter(line => line.startsWith('warn: '));
	assert.deepEqual(warnings, [
		...preview.notes.map(note => `warn: ${note}`),
		"warn: no address was found of the link's peer nowhere.invalid:7000",
	]);
	assert.equal((await engine.send({type: 'torrent.preview', link})).preview?.notes, undefined);
	assert.equal((await engine.view(id)).known, 0);
});
