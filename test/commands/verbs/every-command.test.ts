import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {type TestContext, test} from 'node:test';
import type {CommandType} from '../../../source/api/command.ts';
import type {TorrentView} from '../../../source/api/snapshot.ts';
import {loadCommand} from '../../../source/commands/arguments/dispatch.ts';
import type {Verb} from '../../../source/commands/arguments/verb-names.ts';
import {machineClock} from '../../../source/io/machine/clock.ts';
import {hash as hashOf, item, magnet, rss} from '../../automation/feed-world.ts';
import {CatalogueServer} from '../../helpers/catalogue-server.ts';
import {until} from '../../helpers/deadline.ts';
import {type DrivenEngine, openDrivenEngine} from '../../helpers/driven-engine.ts';
import {openTestSession, type TestSession} from '../../helpers/sessions.ts';
import {makeTorrent, writeFolder} from '../../helpers/torrents.ts';
import {Workspace} from '../../helpers/workspace.ts';
import type {Printed} from '../printed.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
type Parsed = any;

interface Ground {
	readonly space: Workspace;
	readonly engine: DrivenEngine;
	/** The announce URL of a tracker with a catalogue. */
	readonly catalogue: string;
	readonly leech: TestSession;
	/** A feed with one link. */
	readonly feed: string;
	/** A .torrent of another folder. */
	readonly bundle: string;
	/** Whether the catalogue has the torrent. */
	isPublished(): boolean;
	/** A .torrent of what is in `folder`, whose id is `id`. */
	readonly file: string;
	readonly folder: string;
	readonly id: string;
}

/** A verb that sends the command, what is typed behind it, and how one sees that it was done. */
type Typed = readonly [
	verb: Verb,
	words: (ground: Ground) => readonly string[],
	done?: (ground: Ground, printed: Printed) => unknown,
];

const hash = 'c0ffee'.padEnd(40, '0');
const other = 'http://127.0.0.1:9/announce';

const sees = (probe: (view: TorrentView) => boolean) => async (ground: Ground) => {
	await ground.engine.sees(ground.id, String(probe), probe, 15_000);
};
const json = ({out}: Printed): Parsed => JSON.parse(out);
/**
 * For every command that an engine understands the verb that a script has for it. The compiler asks for one of each; the
 * test types them in this order, at one engine.
 */
const verbs: {readonly [Type in CommandType]: Typed} = {
	'torrent.add': [
		'add',
		({file, folder}) => [file, '-d', folder, '--label', 'x', '--publish'],
		sees(({state, label}) => state === 'seeding' && label === 'x'),
	],
	'torrent.addLink': ['add', () => [hash, '--paused'], ({engine}) => engine.view(hash)],
	'session.list': [
		'list',
		() => ['--filter', 'seeding', '--json'],
		(ground, printed) => assert.equal(json(printed)[0].id, ground.id),
	],
	'torrent.preview': [
		'preview',
		({id}) => [id, '--json'],
		(_, printed) => assert.equal(json(printed).fileCount, 3),
	],
	'torrent.create': [
		'create',
		({space, folder}) => [`${folder}/album`, '--background', '-o', space.path('made.torrent')],
		({engine}) =>
			until(
				'it to be made',
				15_000,
				async () => json(await engine.type('creations', '--json'))[0]?.state === 'done' || undefined,
			),
	],
	'creation.end': [
		'creations',
		() => ['end', '1'],
		async ({engine}) => assert.deepEqual(json(await engine.type('creations', '--json')), []),
	],
	'torrent.export': ['export', ({space, id}) => [id, '-o', space.path('exported.torrent')]],
	'torrent.pause': ['pause', () => ['album'], sees(({state}) => state === 'paused')],
	'torrent.resume': ['resume', () => ['album'], sees(({state}) => state === 'seeding')],
	'torrent.verify': ['verify-again', () => ['album'], sees(({state}) => state === 'seeding')],
	'torrent.move': [
		'move',
		({space}) => ['album', space.folder('moved')],
		sees(({dir}) => dir.endsWith('/moved')),
	],
	'torrent.rename': [
		'rename',
		() => ['album', '1', 'another'],
		async ({engine}) => {
			assert.equal(json(await engine.type('files', 'album', '--json'))[0].path.at(-1), 'another');
		},
	],
	'torrent.label': ['set', () => ['album', '--label', 'y'], sees(({label}) => label === 'y')],
	'torrent.limits': [
		'set',
		() => ['album', '--max-upload', '5M'],
		sees(({maxUpload}) => maxUpload === 5_242_880),
	],
	'torrent.goal': ['set', () => ['album', '--seed-ratio', '9'], sees(({goal}) => goal?.own.ratio === 9)],
	'torrent.sequential': ['set', () => ['album', '--sequential'], sees(({sequential}) => sequential)],
	'torrent.superSeed': ['set', () => ['album', '--super-seed'], sees(({superSeeding}) => superSeeding)],
	'torrent.publish': ['set', () => ['album', '--publish'], sees(({publish}) => publish === true)],
	'torrent.queue': ['queue', () => ['album', 'bottom'], sees(({queue}) => queue === 2)],
	'tracker.add': ['trackers', () => ['album', 'add', other]],
	'torrent.reannounce': [
		'trackers',
		() => ['album', 'reannounce', '--json'],
		(_, printed) => assert.equal(json(printed).trackers, 1),
	],
	'tracker.remove': [
		'trackers',
		() => ['album', 'remove', other],
		async ({engine}) => {
			assert.ok(!(await engine.type('trackers', 'album', '--json')).out.includes(other));
		},
	],
	'webSeed.add': ['trackers', () => ['album', 'add-web-seed', 'http://127.0.0.1:9/seed/']],
	'webSeed.remove': [
		'trackers',
		() => ['album', 'remove', '/seed/'],
		async ({engine}) => {
			assert.ok(!(await engine.type('trackers', 'album', '--json')).out.includes('/seed/'));
		},
	],
	'files.priority': [
		'files',
		() => ['album', '--select', '2', '--priority', 'high'],
		async ({engine}) => {
			assert.equal(json(await engine.type('files', 'album', '--json'))[1].priority, 'high');
		},
	],
	'piece.priority': ['pieces', () => ['album', '0', '--priority', 'first']],
	'piece.deadline': ['pieces', () => ['album', '1', '--within', '5s']],
	'piece.inspect': [
		'pieces',
		() => ['album', '0', '--json'],
		(_, printed) => assert.deepEqual([json(printed)[0].state, json(printed)[0].priority], ['have', 4]),
	],
	'session.slowMode': [
		'slow',
		() => ['on'],
		async ({engine}) => assert.equal((await engine.type('slow')).out, 'on\n'),
	],
	'session.limits': [
		'limits',
		() => ['--max-upload', '3M'],
		async ({engine}) => {
			assert.equal(json(await engine.type('limits', '--json')).normal.maxUpload, 3_145_728);
		},
	],
	'session.configure': [
		'limits',
		() => ['--max-peers', '33'],
		async ({engine}) => {
			assert.equal(json(await engine.type('limits', '--json')).maxPeers, 33);
		},
	],
	'session.reload': [
		'config',
		() => ['reload'],
		(_, {out}) => assert.match(out, /^the engine read its config file/),
	],
	'session.log': [
		'log',
		() => ['--say', 'a script was here', '--level', 'warn'],
		async ({engine}) => {
			assert.match((await engine.type('log', '-n', '5', '--level', 'warn')).out, /warn {2}a script was here/);
		},
	],
	'session.find': [
		'find',
		() => ['albm', '--json'],
		({id}, printed) => assert.equal(json(printed).torrents[0].id, id),
	],
	'session.dht': ['dht', () => []],
	'session.blocklist': [
		'blocklist',
		() => ['--update', '--json'],
		(_, printed) => assert.equal(json(printed).ranges, 2),
	],
	'session.pauseAll': ['pause', () => ['--all'], sees(({state}) => state === 'paused')],
	'session.resumeAll': ['resume', () => ['--all'], sees(({state}) => state === 'seeding')],
	'torrent.choose': [
		'files',
		() => ['bundle', '--select', 'sub/'],
		async ({engine}) => {
			const [bundle] = json(await engine.type('list', '--filter', 'name=bundle', '--json'));
			assert.deepEqual([bundle.choosing, bundle.filesWanted], [undefined, 1]);
		},
	],
	'network.use': ['shared', ({catalogue}) => ['--join', catalogue]],
	'network.nick': [
		'nick',
		() => ['ada'],
		async ({engine}) => assert.equal((await engine.type('nick')).out, 'ada\n'),
	],
	'network.search': [
		'search',
		() => ['album', '--json'],
		(ground, printed) => assert.equal(json(printed)[0].infoHash, ground.id),
	],
	'network.look': ['users', () => [], (_, {out}) => assert.match(out, /^ada\t1\t/)],
	'network.browse': [
		'users',
		() => ['ada', '--json'],
		(ground, printed) => assert.equal(json(printed)[0].infoHash, ground.id),
	],
	'network.preview': [
		'search',
		() => ['album', '--show', '1', '--json'],
		(_, printed) => assert.equal(json(printed).fileCount, 3),
	],
	'network.get': [
		'search',
		() => ['album', '--get', '1', '--json'],
		(_, printed) => assert.equal(json(printed).already, true),
	],
	'folders.share': ['share', ({space}) => [space.folder('shared')]],
	'folders.list': [
		'share',
		() => ['--list', '--json'],
		(_, printed) => assert.equal(json(printed).shared.length, 1),
	],
	'folders.unshare': ['share', ({space}) => ['--remove', space.path('shared')]],
	'feeds.add': ['feeds', ({feed}) => ['add', feed, '--name', 'news', '--json']],
	'feeds.list': ['feeds', () => ['--json'], (_, printed) => assert.equal(json(printed)[0].name, 'news')],
	'feeds.check': ['feeds', () => ['check', 'news']],
	'feeds.rule': [
		'feeds',
		() => ['rule', 'news', '--title', '*never*'],
		async ({engine}) => assert.match((await engine.type('feeds', 'rules', 'news')).out, /never/),
	],
	'feeds.unrule': ['feeds', () => ['unrule', 'news', '*never*', '--json']],
	'feeds.get': ['feeds', () => ['get', 'news', '1', '--paused'], ({engine}) => engine.view(hashOf('f'))],
	'feeds.remove': ['feeds', () => ['remove', 'news']],
	'peer.add': ['peers', ({leech}) => ['album', 'add', `127.0.0.1:${leech.port}`]],
	'peer.kick': ['peers', () => ['album', 'kick', '127.0.0.1']],
	'peer.ban': ['peers', () => ['album', 'ban', '127.0.0.1']],
	'stream.open': [
		'stream',
		() => ['album', '1', '--print'],
		(_, {out}) => assert.match(out, /^http:\S+\/another$/m),
	],
	'stream.close': ['stream', () => ['album', '1', '--player', `'${process.execPath}' -e 0`]],
	'torrent.remove': [
		'remove',
		() => ['album', '--with-data'],
		async ({engine, id}) => {
			assert.ok(!(await engine.type('list')).out.includes(id));
		},
	],
	'session.stop': ['stop', () => [], ({engine}) => engine.session.closed],
};

/** What has to be there before a command can do anything. */
const before: {readonly [Type in CommandType]?: (ground: Ground) => Promise<unknown>} = {
	'torrent.choose': ({engine, bundle}) => engine.type('add', bundle, '--choose'),
	'network.search': ({isPublished}) =>
		until('it to be published', 40_000, async () => isPublished() || undefined),
	'peer.kick': connected,
	'peer.ban': connected,
};

/** The leech has shaken hands with us. */
async function connected({engine, leech}: Ground): Promise<void> {
	await until('a peer', 15_000, async () => {
		await engine.type('peers', 'album', 'add', `127.0.0.1:${leech.port}`);
		const peers: Parsed[] = JSON.parse((await engine.type('peers', 'album', '--json')).out);
		return peers.some(({client}) => client !== '') || undefined;
	});
}

async function open(t: TestContext): Promise<Ground> {
	const space = new Workspace(t);
	const server = new CatalogueServer(machineClock, {dir: space.path('kept')});
	await server.open();
	space.defer(() => server.server.close());
	const blocklist = space.path('blocklist');
	writeFileSync(blocklist, '198.51.100.0/24\n2001:db8::/32\n');
	const engine = await openDrivenEngine(space, 'driven', {blocklist});
	engine.configure({});
	const files = [
		['one', 20_000],
		['sub/two', 30_000],
		['three', 100],
	] as const;
	const [album, bundle] = ['album', 'bundle'].map(name => {
		const content = writeFolder(space.folder('content'), name, files);
		const torrent = makeTorrent(content, 16_384, true);
		const file = torrent.write(space.path(`${name}.torrent`), []);
		return {file, folder: content.dir, id: torrent.infoHash.toString('hex')};
	});
	const leech = await openTestSession(space, 'leech');
	const metainfo = readFileSync(album!.file).toString('base64');
	await leech.send({type: 'torrent.add', metainfo, options: {maxDownload: 100}});
	const feeds = createServer((_, response) => response.end(rss(item('A thing', magnet('f')))));
	await new Promise<void>(resolve => feeds.listen(0, '127.0.0.1', resolve));
	space.defer(() => {
		feeds.closeAllConnections();
		feeds.close();
	});
	const feed = `http://127.0.0.1:${(feeds.address() as AddressInfo).port}/rss`;
	const isPublished = () => server.catalogue.torrents?.has(album!.id) === true;
	const catalogue = `http://127.0.0.1:${server.port}`;
	return {...album!, space, engine, leech, feed, bundle: bundle!.file, catalogue, isPublished};
}

test('every command that an engine understands has a verb, which reaches a real engine and does it', async t => {
	const ground = await open(t);
	const {engine} = ground;
	for (const [type, [verb, words, done]] of Object.entries(verbs) as Array<[CommandType, Typed]>) {
		await before[type]?.(ground);
		const at = engine.heard.length;
		const argv = [verb, ...words(ground)];
		const printed = await engine.type(...argv);
		assert.deepEqual([printed.status, printed.error], [0, ''], `${type}: ${argv.join(' ')}`);
		const heard = engine.heard.slice(at).map(command => command.type);
		assert.ok(heard.includes(type), `${argv.join(' ')} sent ${heard.join(', ')} and no ${type}`);
		await done?.(ground, printed);
	}
});

test('a verb that speaks to the engine takes --json, and tells where it keeps its state', async () => {
	const silent = new Set([
		'session',
		'get',
		'stop',
		'attach',
		'export',
		'engine',
		'completion',
		'demo',
		'tracker',
		'edit',
	]);
	for (const verb of new Set(Object.values(verbs).map(([name]) => name))) {
		const {options} = await loadCommand(verb);
		assert.ok('stateDir' in options, verb);
		assert.ok(silent.has(verb) || 'json' in options, verb);
	}
});
