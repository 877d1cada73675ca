import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import type {TorrentState, TorrentView} from '../../../source/api/snapshot.ts';
import type {Model} from '../../../source/ui/model/model.ts';
import type {ScreenState} from '../../../source/ui/model/store.ts';
import {Announcer} from '../../../source/ui/screen/announcer.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

/** A screen, and what it says and writes when the engine's torrent becomes something else. */
async function open(t: TestContext, list: boolean) {
	const screen = await openTestScreen(80, 24, {list});
	t.after(() => screen.close());
	const {engine, terminal} = screen;
	let revision = 100;
	const become = async (change: Partial<TorrentView>): Promise<string> => {
		const overview = {...engine.overview(), ...change};
		terminal.forget();
		revision++;
		for (const listener of engine.listeners())
			listener(list ? {revision, torrents: [overview]} : {revision, torrent: {id: engine.id, overview}});
		await terminal.settled();
		// As a person can read it.
		return terminal.written.replaceAll('\u001B', '<ESC>').replaceAll('\u0007', '<BEL>');
	};
	return {become};
}

for (const list of [false, true]) {
	const where = list ? 'in the list' : 'on its own screen';

	test(`${where} a torrent that has all it was to get is announced, also when some of it is not wanted`, async t => {
		for (const state of ['seeding', 'finished'] satisfies TorrentState[]) {
			const {become} = await open(t, list);
			await become({state: 'downloading'});
			const written = await become({state});
			assert.match(written, /<ESC>\]9;[^<]*complete<BEL>/, state);
			assert.doesNotMatch(await become({state, uploadRate: 5}), /complete<BEL>/, 'once');
		}
	});

	test(`${where} one that fails is announced, from whatever it was; pausing and checking are not`, async t => {
		const {become} = await open(t, list);
		await become({state: 'seeding'});
		assert.match(await become({state: 'failed'}), /<ESC>\]9;[^<]*error<BEL>/);
		for (const state of [
			'paused',
			'finished',
			'checking',
			'seeding',
			'queued',
			'downloading',
			'pausing',
		] as const)
			assert.doesNotMatch(await become({state}), /<ESC>\]9;/, state);
	});
}

// What terminals take for the end of a title, and the beginning of something else.
const hostile = 'a\u001B\\b\u0007c\u009Cd\u001B]52;c;ZXZpbA==\u0007e\nf\u202Eg';

test('the window title and what is announced hold nothing that ends them, whatever a torrent is called', async t => {
	const {become} = await open(t, false);
	const title = await become({state: 'downloading', name: hostile});
	const announced = await become({state: 'seeding', name: hostile});
	for (const [written, kind] of [
		[title, 2],
		[announced, 9],
	] as const) {
		const found = new RegExp(`<ESC>\\]${kind};(.*?)<BEL>`, 's').exec(written)?.[1] ?? '';
		assert.ok(found.includes('a'), JSON.stringify(written.slice(0, 200)));
		assert.doesNotMatch(found, /<ESC>|[\p{Cc}\u202E]/u);
		assert.ok(found.includes('g'), 'and all of it is in there');
	}
	assert.doesNotMatch(title + announced, /<ESC>\]52/);
});

test('of many torrents that which changed is announced wherever it stands now, and looked for by its place first', () => {
	const said: string[] = [];
	const announcer = new Announcer(
		() => {},
		text => said.push(text),
	);
	let looks = 0;
	const make = (n: number, state: TorrentState) =>
		({
			get id() {
				looks++;
				return `${n}`;
			},
			name: `torrent ${n}`,
			state,
		}) as TorrentView;
	const many = Array.from({length: 1000}, (_, n) => make(n, 'downloading'));
	const tell = (before: TorrentView[], after: TorrentView[]): readonly string[] => {
		said.length = 0;
		const preferences = {bell: false, notify: false, title: false};
		announcer.compare({torrents: before} as unknown as Model, {
			...({model: {torrents: after}, view: {}, preferences} as unknown as ScreenState),
		});
		return said;
	};
	const done = many.with(700, make(700, 'seeding'));
	assert.deepEqual(tell(many, done), ['torrent 700: download complete']);
	assert.ok(looks <= 2 * many.length, `${looks} looks`);
	looks = 0;
	assert.deepEqual(tell(done, done), []);
	assert.equal(looks, 0);
	// One has gone, one has come, and the others stand in another order.
	const moved = [make(5000, 'seeding'), ...done.slice(1).with(299, make(300, 'failed'))].toReversed();
	assert.deepEqual(tell(done, moved), ['torrent 300: stopped by an error']);
	assert.ok(looks <= 4 * many.length, `${looks} looks`);
});
