import assert from 'node:assert/strict';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {gzipSync} from 'node:zlib';
import {UserError} from '../../source/base/errors.ts';
import {FeedWorld, hash, item, magnet, publicHost, rss} from './feed-world.ts';

const minute = 60_000;

test('what fits a rule is added as the rule says, the oldest first; what does not fit is only shown', async t => {
	const world = await FeedWorld.open(t);
	world.rss(
		'/feed',
		item('debian-13-amd64.iso', magnet('c')),
		item('debian-13-arm64.iso', magnet('b')),
		item('debian-12-amd64.iso', magnet('a')),
	);
	const rule = {
		name: 'isos',
		title: '*amd64*',
		label: 'linux',
		dir: '/srv/iso',
		start: false,
		goal: {ratio: 2},
		select: '*.iso',
		maxUpload: 1000,
	};
	await world.start([world.feed('/feed', {rules: [rule]})]);
	await world.looked();
	await world.until('both', () => world.added.length === 2);
	assert.deepEqual(world.added, [magnet('a'), magnet('c')]);
	const command = world.engine.commands.find(({type}) => type === 'torrent.addLink');
	assert.ok(command?.type === 'torrent.addLink');
	const {usual: _, ...options} = command.options!;
	assert.deepEqual(options, {
		dir: '/srv/iso',
		label: 'linux',
		paused: true,
		select: '*.iso',
		goal: {ratio: 2},
		maxUpload: 1000,
	});
	assert.deepEqual(world.states, [
		'debian-13-amd64.iso: taken',
		'debian-13-arm64.iso: new',
		'debian-12-amd64.iso: taken',
	]);
	const {rules, taken, where, itemCount} = world.feeds[0]!;
	assert.deepEqual([rules[0]!.fits, taken, itemCount], [2, 2, 3]);
	assert.match(where, /^127\.0\.0\.1:\d+\/feed$/);
});

test('a .torrent is fetched, through redirects, which may lead to a magnet link', async t => {
	const world = await FeedWorld.open(t);
	await world.torrent('/one.torrent', 'one');
	world.answers.set('/two.torrent', (_, response) =>
		response.writeHead(302, {Location: '/one.torrent?really'}).end(),
	);
	await world.torrent('/one.torrent?really', 'two');
	world.answers.set('/three.torrent', (_, response) =>
		response.writeHead(301, {Location: magnet('a')}).end(),
	);
	world.answers.set('/loop.torrent', (_, response) =>
		response.writeHead(302, {Location: '/loop.torrent'}).end(),
	);
	world.serve('/page.torrent', '<html>log in</html>');
	world.rss(
		'/feed',
		item('1', 'one.torrent'),
		item('2', 'two.torrent'),
		item('3', 'three.torrent'),
		item('4', 'loop.torrent'),
		item('5', 'page.torrent'),
		'<item><title>6</title><guid>6</guid></item>',
	);
	await world.start([world.feed('/feed', {rules: [{name: 'all'}]})]);
	await world.looked();
	await world.until('all', () => world.states.every(state => !state.endsWith('new')));
	assert.deepEqual(world.states, ['1: taken', '2: taken', '3: taken', '4: failed', '5: failed', '6: none']);
	assert.deepEqual(world.engine.names, ['one', 'two']);
	assert.match(world.item('4').why!, /redirects more than 5 times/);
	assert.match(world.item('5').why!, /not a valid torrent/);
});

test('nothing is taken twice: not after a restart, a kill, a removal, and not from another feed', async t => {
	const world = await FeedWorld.open(t);
	await world.torrent('/one.torrent', 'one');
	const {infoHash} = {infoHash: hash('a')};
	world.rss('/feed', item('one', 'one.torrent'), item('two', magnet('a')));
	world.rss('/other', item('the same', magnet('a')), item('three', magnet('b')));
	const feeds = [
		world.feed('/feed', {rules: [{name: 'all'}]}),
		world.feed('/other', {rules: [{name: 'all'}]}),
	];
	await world.start(feeds.slice(0, 1));
	await world.looked();
	await world.until('both', () => world.added.length === 2);
	world.engine.torrents.clear();
	await world.start(feeds);
	await world.looked();
	await world.until('the third', () => world.added.length === 3);
	assert.equal(world.added[2], magnet('b'));
	assert.equal(world.named('other').items[0]!.state, 'had');
	assert.equal(world.named('other').items[0]!.infoHash, infoHash);
	await world.startAfterKill(feeds);
	await world.looked();
	await world.send({type: 'feeds.check'});
	assert.equal(world.added.length, 3);
	assert.equal(world.asked.filter(path => path === '/one.torrent').length, 1);
	assert.deepEqual(world.states, ['one: taken', 'two: taken']);
});

test('a .torrent that was taken is not added again under another name, nor from another feed', async t => {
	const world = await FeedWorld.open(t);
	await world.torrent('/one.torrent', 'one');
	world.rss('/feed', item('one', 'one.torrent'));
	world.rss('/other', item('renamed', 'one.torrent'));
	await world.start([world.feed('/feed', {rules: [{name: 'all'}]})]);
	await world.looked();
	world.engine.torrents.clear();
	await world.start([world.feed('/other', {rules: [{name: 'all'}]})]);
	await world.looked();
	assert.deepEqual([world.engine.torrents.size, world.states], [0, ['renamed: had']]);
	// By hand it is.
	await world.send({type: 'feeds.get', feed: 'other', item: world.item('renamed').id});
	assert.equal(world.engine.torrents.size, 1);
});

test('a server that gives no torrents is not asked for one after the other', async t => {
	const world = await FeedWorld.open(t);
	world.rss(
		'/feed',
		...Array.from({length: 30}, (_, at) => item(`${at}`, `${at}.torrent`)),
		item('m', magnet('a')),
	);
	await world.start([world.feed('/feed', {rules: [{name: 'all'}]})]);
	await world.looked();
	const tried = () => new Set(world.asked.filter(path => path.endsWith('.torrent'))).size;
	assert.equal(tried(), 5);
	assert.deepEqual(world.added, [magnet('a')]);
	// The next time others have their turn before those.
	await world.send({type: 'feeds.check'});
	assert.equal(tried(), 10);
});

test('what lets somebody in is not shown, also where it stands in the path', async t => {
	const world = await FeedWorld.open(t);
	const key = '0123456789abcdef0123456789abcdef';
	await world.start([{url: world.url(`/rss/${key}/all?key=x`), from: 'config', rules: []}]);
	await world.looked();
	assert.match(world.feeds[0]!.where, /^127\.0\.0\.1:\d+\/rss\/…\/all$/);
	assert.ok(!JSON.stringify([world.feeds, world.engine.log]).includes(key));
});

test('a feed is asked whether it has changed, and not more often than it wants', async t => {
	const world = await FeedWorld.open(t);
	let status = 200;
	world.answers.set('/feed', ({headers}, response) => {
		if (status === 429) return void response.writeHead(429, {'Retry-After': '7200'}).end();
		const isSame = headers['if-none-match'] === '"x"';
		response.writeHead(isSame ? 304 : 200, {ETag: '"x"', 'Last-Modified': 'Wed, 11 Nov 2026 10:00:00 GMT'});
		response.end(isSame ? '' : rss('<ttl>30</ttl>', item('one', magnet('a'))));
	});
	await world.start([world.feed('/feed')]);
	await world.looked();
	assert.equal(world.asked.length, 1);
	assert.equal(world.headers.get('/feed')!['if-none-match'], undefined);
	await world.pass(29 * minute);
	assert.equal(world.asked.length, 1);
	await world.pass(5 * minute);
	await world.until('the second', () => world.asked.length === 2 && world.feeds[0]!.state === 'good');
	assert.equal(world.headers.get('/feed')!['if-none-match'], '"x"');
	assert.equal(world.headers.get('/feed')!['if-modified-since'], 'Wed, 11 Nov 2026 10:00:00 GMT');
	assert.deepEqual(world.states, ['one: new']);
	status = 429;
	await world.send({type: 'feeds.check'});
	assert.match(world.feeds[0]!.why!, /429: it was asked too often/);
	await world.pass(110 * minute);
	assert.equal(world.asked.length, 3);
	// Also who starts again waits for that.
	await world.start([world.feed('/feed')]);
	await world.pass(5 * minute);
	assert.equal(world.asked.length, 3);
	status = 200;
	await world.pass(20 * minute);
	await world.until('the fourth', () => world.asked.length === 4);
});

test('an engine that starts again and again does not ask more often for that', async t => {
	const world = await FeedWorld.open(t);
	world.rss('/feed');
	await world.start([world.feed('/feed')]);
	await world.looked();
	for (let round = 0; round < 5; round++) {
		await world.start([world.feed('/feed')]);
		await world.pass(5000);
	}
	assert.equal(world.asked.length, 1);
});

test('each feed that cannot be read says so in one line, and the others go on', async t => {
	const world = await FeedWorld.open(t);
	const bad: Record<string, RegExp> = {
		'/large': /larger than 8 MiB/,
		'/counted': /larger than 8 MiB/,
		'/zipped': /larger than 8 MiB/,
		'/bomb': /declares a document type/,
		'/page': /web page, no feed/,
		'/garbage': /neither RSS nor Atom|no XML/,
		'/empty': /neither RSS nor Atom/,
		'/cut': /breaks off/,
		'/short': /broke off/,
		'/loop': /redirects more than 5 times/,
		'/gone': /404: there is no feed any more/,
		'/locked': /401: it wants you to log in/,
		'/away': /leads to ftp:, not http/,
		'/hung': /no answer within 60 s/,
		'/drip': /no answer within 60 s/,
	};
	world.answers.set('/large', (_, response) => {
		response.writeHead(200);
		const part = Buffer.alloc(65_536, ' ');
		let left = 1600;
		const write = (): void => {
			while (left-- > 0) if (!response.write(part)) return void response.once('drain', write);
			response.end();
		};
		write();
	});
	world.answers.set('/counted', (_, response) =>
		response.writeHead(200, {'Content-Length': '104857600'}).flushHeaders(),
	);
	world.serve('/zipped', gzipSync(Buffer.alloc(100 << 20)), {'Content-Encoding': 'gzip'});
	world.serve(
		'/bomb',
		`<!DOCTYPE a [<!ENTITY a "${'x'.repeat(1000)}">${Array.from({length: 20}, (_, at) => `<!ENTITY b${at} "&a;&a;&a;&a;">`).join('')}]><rss><channel><title>&b9;</title></channel></rss>`,
	);
	world.serve('/page', '<!DOCTYPE html><html><head><title>x</title></head></html>');
	world.serve('/garbage', Buffer.from(Array.from({length: 50_000}, (_, at) => (at * 7919) % 251)));
	world.serve('/empty', '');
	world.serve('/cut', rss(item('x', magnet('f'))).slice(0, -20));
	world.answers.set('/short', (_, response) => {
		response.writeHead(200, {'Content-Length': '1000'});
		response.write('<rss>');
		setImmediate(() => response.destroy());
	});
	world.answers.set('/loop', (_, response) => response.writeHead(302, {Location: '/loop'}).end());
	world.answers.set('/locked', (_, response) => response.writeHead(401).end());
	world.answers.set('/away', (_, response) => response.writeHead(302, {Location: 'ftp://127.0.0.1/'}).end());
	world.answers.set('/hung', () => {});
	world.answers.set('/drip', (_, response) => response.writeHead(200).write('<rss>'));
	world.rss('/good', item('one', magnet('a')));
	const rules = [{name: 'all'}];
	await world.start([
		...Object.keys(bad).map(path => world.feed(path, {rules})),
		world.feed('/good', {rules}),
	]);
	const looked = world.send({type: 'feeds.check'});
	await world.until(
		'those that are silent are asked',
		() => world.asked.includes('/hung') && world.asked.includes('/drip'),
	);
	await world.until('all others', () =>
		world.feeds.every(({name, state}) => /^(?:hung|drip)$/.test(name) || /good|failed/.test(state)),
	);
	await world.clock.pass(61_000);
	await looked;
	for (const [path, sentence] of Object.entries(bad)) {
		const {state, why} = world.named(path.slice(1));
		assert.equal(state, 'failed', `${path}: ${why}`);
		assert.match(why!, sentence);
		assert.ok(!why!.includes('\n') && why!.length <= 300);
	}
	assert.equal(world.named('good').state, 'good');
	assert.deepEqual(world.added, [magnet('a')]);
	// Once, not at every look.
	const told = world.engine.log.filter(line => line.includes('feed gone:')).length;
	await world.send({type: 'feeds.check', feed: 'gone'});
	assert.equal(world.engine.log.filter(line => line.includes('feed gone:')).length, told);
	assert.equal(told, 1);
});

test('10,000 items are judged while others go on, and only the first are shown unasked', async t => {
	const world = await FeedWorld.open(t);
	const items = Array.from({length: 10_000}, (_, at) => item(`t${at}`, magnet('a')));
	items[9999] = item('the one', magnet('b'));
	world.rss('/feed', ...items);
	await world.start([world.feed('/feed', {rules: [{name: 'one', title: '/^(t+h+e+)+ one$/'}]})]);
	let turns = 0;
	let isOver = false;
	const count = (): void => {
		turns++;
		if (!isOver) setImmediate(count);
	};
	count();
	await world.send({type: 'feeds.check'});
	isOver = true;
	assert.ok(turns > 50, `${turns}`);
	assert.deepEqual(world.added, [magnet('b')]);
	const {itemCount, items: shown} = world.feeds[0]!;
	assert.deepEqual([itemCount, shown.length], [10_000, 200]);
	const {feeds} = await world.send({type: 'feeds.list', items: 10_000});
	assert.equal(feeds!.feeds[0]!.items.length, 10_000);
});

test('what is said for a host alone is told to no other', async t => {
	const world = await FeedWorld.open(t);
	world.rss(
		'/moved',
		item('own', 'own.torrent'),
		item('strange', world.url('/strange.torrent', 'localhost')),
	);
	world.answers.set('/feed', (_, response) => response.writeHead(302, {Location: '/moved'}).end());
	world.answers.set('/away', (_, response) =>
		response.writeHead(302, {Location: world.url('/elsewhere', 'localhost')}).end(),
	);
	world.rss('/elsewhere');
	await world.torrent('/own.torrent', 'own');
	await world.torrent('/strange.torrent', 'strange');
	const secret = {cookie: 'session=1', headers: {'X-Api-Key': 'k'}};
	await world.start([world.feed('/feed', {...secret, rules: [{name: 'all'}]}), world.feed('/away', secret)]);
	await world.looked();
	await world.until('both', () => world.engine.torrents.size === 2);
	for (const path of ['/feed', '/moved', '/own.torrent', '/away']) {
		assert.equal(world.headers.get(path)!.cookie, 'session=1', path);
		assert.equal(world.headers.get(path)!['x-api-key'], 'k', path);
	}
	for (const path of ['/elsewhere', '/strange.torrent']) {
		assert.equal(world.headers.get(path)!.cookie, undefined, path);
		assert.equal(world.headers.get(path)!['x-api-key'], undefined, path);
	}
});

test("a stranger's feed asks nothing of machines of our own network, nor do its redirects", async t => {
	const world = await FeedWorld.open(t);
	await world.torrent('/secret.torrent', 'secret');
	const local = world.url('/secret.torrent');
	world.answers.set('/away.torrent', (_, response) => response.writeHead(302, {Location: local}).end());
	world.rss('/feed', item('local', local), item('away', world.url('/away.torrent', publicHost)));
	await world.start([{...world.feed('/feed'), url: world.url('/feed', publicHost), rules: [{name: 'all'}]}]);
	await world.looked();
	await world.until('both', () => world.states.every(state => state.endsWith('later')));
	// A feed of our own network may name what is there, but a stranger's redirect may not lead there.
	world.rss('/own', item('own', local), item('strange', world.url('/away.torrent', publicHost)));
	await world.start([world.feed('/own', {rules: [{name: 'all', title: 'strange'}]})]);
	await world.looked();
	assert.match(world.item('strange').why!, /local network .*: refused/);
	assert.ok(!world.asked.includes('/secret.torrent'));
	await world.start([{...world.feed('/feed'), url: world.url('/feed', publicHost), rules: [{name: 'all'}]}]);
	await world.looked();
	for (const title of ['local', 'away']) assert.match(world.item(title).why!, /local network .*: refused/);
});

test('what is not to be had is tried again with the feed, and given up at last', async t => {
	const world = await FeedWorld.open(t);
	world.answers.set('/one.torrent', (_, response) => response.writeHead(503).end());
	world.rss('/feed', item('one', 'one.torrent'));
	await world.start([world.feed('/feed', {rules: [{name: 'all'}]})]);
	await world.send({type: 'feeds.check'});
	assert.deepEqual(world.states, ['one: later']);
	assert.match(world.item('one').why!, /answers 503/);
	for (let round = 0; round < 10; round++) await world.send({type: 'feeds.check'});
	assert.deepEqual(world.states, ['one: later']);
	// Three days later.
	const wall = world.clock.wall() + 3 * 86_400_000;
	world.clock.wall = () => wall;
	for (let round = 0; round < 3; round++) await world.send({type: 'feeds.check'});
	assert.deepEqual(world.states, ['one: failed']);
	assert.equal(world.asked.filter(path => path === '/one.torrent').length, 12);
	assert.equal(world.engine.log.filter(line => line.includes('«one»')).length, 2);
	await world.torrent('/one.torrent', 'one');
	const {id, already} = await world.send({type: 'feeds.get', feed: 'feed', item: world.item('one').id});
	assert.deepEqual([world.engine.torrents.has(id!), already], [true, false]);
	assert.deepEqual(world.states, ['one: taken']);
});

test('feeds and rules are added and taken out by command, and are there after a restart', async t => {
	const world = await FeedWorld.open(t);
	world.rss('/feed', item('one', magnet('a')), item('two', magnet('b')));
	world.rss('/configured', item('three', magnet('c')));
	const configured = [world.feed('/configured', {rules: [{name: 'none', title: 'zzz'}]})];
	await world.start(configured);
	const {feeds} = await world.send({type: 'feeds.add', url: world.url('/feed?key=secret#x'), cookie: 'a=b'});
	world.answers.set('/feed?key=secret', world.answers.get('/feed')!);
	assert.ok(!JSON.stringify(feeds).includes('secret') && !JSON.stringify(feeds).includes('a=b'));
	await world.send({type: 'feeds.add', url: world.url('/feed?key=secret'), name: 'mine', interval: 300_000});
	assert.equal(world.named('mine').state, 'good');
	await world.send({type: 'feeds.rule', feed: 'MINE', rule: {name: 'r', title: 'one'}});
	assert.deepEqual(world.added, [magnet('a')]);
	await world.send({type: 'feeds.rule', feed: 'mine', rule: {name: 'r', title: 'two'}});
	assert.deepEqual(world.added, [magnet('a'), magnet('b')]);
	await world.send({type: 'feeds.check', feed: 'configured'});
	await world.send({type: 'feeds.rule', feed: 'configured', rule: {name: 'mine', title: 'three'}});
	assert.deepEqual(world.added.slice(2), [magnet('c')]);
	await world.start(configured);
	assert.deepEqual(
		world.feeds.map(({name, from, rules}) => [
			name,
			from,
			rules.map(each => `${each.rule.name} ${each.from}`),
		]),
		[
			['configured', 'config', ['none config', 'mine command']],
			['mine', 'command', ['r command']],
		],
	);
	await world.send({type: 'feeds.unrule', feed: 'configured', name: 'mine'});
	await world.send({type: 'feeds.remove', feed: 'mine'});
	await world.start(configured);
	assert.deepEqual(
		world.feeds.map(({name, rules}) => [name, rules.length]),
		[['configured', 1]],
	);
});

test('what cannot be is refused with what to do', async t => {
	const world = await FeedWorld.open(t);
	const configured = world.feed('/feed', {rules: [{name: 'r'}]});
	await world.start([configured]);
	const refusals = [
		[{type: 'feeds.add', url: 'ftp://x/y'}, /^not a feed: ftp:/],
		[{type: 'feeds.add', url: 'nonsense'}, /^not a feed/],
		[{type: 'feeds.add', url: configured.url}, /change feeds there$/],
		[{type: 'feeds.add', url: 'http://127.0.0.1:1/', cookie: 'a\r\nX: y'}, /cannot be sent$/],
		[{type: 'feeds.add', url: 'http://127.0.0.1:1/', headers: {Host: 'x'}}, /not yours to set$/],
		[{type: 'feeds.add', url: 'http://127.0.0.1:1/', rules: [{name: 'x', title: '/(/'}]}, /not closed/],
		[{type: 'feeds.remove', feed: 'feed'}, /take it out of feeds there$/],
		[{type: 'feeds.remove', feed: 'none'}, /no feed none: tortui feeds lists them$/],
		[{type: 'feeds.rule', feed: 'feed', rule: {name: 'x', size: 'large'}}, /not a size/],
		[{type: 'feeds.rule', feed: 'feed', rule: {name: 'r', title: 'x'}}, /config file has the rule r/],
		[{type: 'feeds.rule', feed: 'feed', rule: {name: 'x', dir: 'films'}}, /films is not absolute/],
		[{type: 'feeds.unrule', feed: 'feed', name: 'zzz'}, /has no rule zzz$/],
		[{type: 'feeds.get', feed: 'feed', item: '0123456789ab'}, /no such item any more$/],
	] as const;
	for (const [command, sentence] of refusals)
		await assert.rejects(
			world.send(command),
			error => error instanceof UserError && sentence.test(error.message),
			JSON.stringify(command),
		);
	assert.equal(world.feeds.length, 1);
});

test('a config file that is read anew has feeds come, go and change', async t => {
	const world = await FeedWorld.open(t);
	world.rss('/a', item('one', magnet('a')));
	world.rss('/b');
	await world.start([world.feed('/a'), world.feed('/b')]);
	await world.looked();
	world.automation.apply([world.feed('/a', {rules: [{name: 'all'}], name: 'other'})]);
	await world.until('it', () => world.added.length === 1);
	assert.deepEqual(
		world.feeds.map(({name}) => name),
		['other'],
	);
	await world.pass(60 * minute);
	assert.equal(world.asked.filter(path => path === '/b').length, 1);
});

test('what was kept and is damaged is set aside, and said', async t => {
	const world = await FeedWorld.open(t);
	writeFileSync(join(world.stateDir, 'feeds.json'), '{"feeds": [');
	writeFileSync(join(world.stateDir, 'feed-items'), 'garbage\n["x"]\n');
	await world.start();
	assert.match(world.engine.log.join('\n'), /the feeds of `tortui feeds` are forgotten/);
	assert.ok(existsSync(join(world.stateDir, 'feeds.json.damaged')));
	await world.send({type: 'feeds.add', url: world.url('/feed')});
	assert.equal(JSON.parse(readFileSync(join(world.stateDir, 'feeds.json'), 'utf8')).feeds.length, 1);
});

test('an engine that ends leaves nothing as done that was not', async t => {
	const world = await FeedWorld.open(t);
	world.rss('/feed', item('one', magnet('a')));
	const {send} = world.engine;
	world.engine.send = async command => {
		if (command.type === 'torrent.addLink') throw new UserError('stopping', 'the engine is stopping');
		return send.call(world.engine, command);
	};
	await world.start([world.feed('/feed', {rules: [{name: 'all'}]})]);
	await world.send({type: 'feeds.check'});
	assert.deepEqual(world.states, ['one: new']);
	world.engine.send = send;
	await world.start([world.feed('/feed', {rules: [{name: 'all'}]})]);
	await world.looked();
	await world.until('it', () => world.added.length === 1);
});
