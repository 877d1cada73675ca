import assert from 'node:assert/strict';
import {test} from 'node:test';
import {sessionMethods} from '../../../source/bridge/rpc/session-methods.ts';
import {torrentMethods} from '../../../source/bridge/rpc/torrent-methods.ts';
import {seededRandom} from '../../helpers/seeded-random.ts';
import {openStage} from './rpc-stage.ts';

/** What each method can be called with, and a value that is meant. */
const names: Readonly<Record<string, readonly string[]>> = {
	torrent_get: ['ids', 'fields', 'format'],
	torrent_set: [
		...[
			'ids',
			'bandwidth_priority',
			'download_limit',
			'download_limited',
			'files_unwanted',
			'files_wanted',
			'group',
		],
		...['honors_session_limits', 'labels', 'location', 'peer_limit', 'priority_high', 'priority_low'],
		...['priority_normal', 'queue_position', 'seed_idle_limit', 'seed_idle_mode', 'seed_ratio_limit'],
		...[
			'seed_ratio_mode',
			'sequential_download',
			'sequential_download_from_piece',
			'tracker_add',
			'tracker_list',
		],
		...['tracker_remove', 'tracker_replace', 'upload_limit', 'upload_limited'],
	],
	torrent_add: [
		...[
			'cookies',
			'download_dir',
			'filename',
			'labels',
			'metainfo',
			'paused',
			'peer_limit',
			'bandwidth_priority',
		],
		...['files_wanted', 'files_unwanted', 'priority_high', 'priority_low', 'priority_normal'],
		...['sequential_download', 'sequential_download_from_piece'],
	],
	torrent_remove: ['delete_local_data'],
	torrent_set_location: ['ids', 'location', 'move'],
	torrent_rename_path: ['ids', 'path', 'name'],
	session_get: ['fields'],
	session_set: [
		...['alt_speed_down', 'alt_speed_enabled', 'alt_speed_time_begin', 'alt_speed_time_day', 'blocklist_url'],
		...['alt_speed_time_enabled', 'alt_speed_time_end', 'alt_speed_up', 'cache_size_mib', 'default_trackers'],
		...['dht_enabled', 'download_dir', 'download_queue_enabled', 'download_queue_size', 'encryption'],
		...[
			'idle_seeding_limit',
			'idle_seeding_limit_enabled',
			'incomplete_dir',
			'peer_limit_global',
			'peer_port',
		],
		...['peer_limit_per_torrent', 'preferred_transports', 'queue_stalled_minutes', 'seed_queue_enabled'],
		...[
			'seed_queue_size',
			'seed_ratio_limit',
			'seed_ratio_limited',
			'sequential_download',
			'speed_limit_down',
		],
		...[
			'speed_limit_down_enabled',
			'speed_limit_up',
			'speed_limit_up_enabled',
			'start_added_torrents',
			'units',
		],
	],
	free_space: ['path'],
	port_test: ['ip_protocol'],
	group_get: ['name'],
	group_set: ['name', 'speed_limit_down'],
};

const values: readonly string[] = [
	...[
		'null',
		'true',
		'false',
		'0',
		'-1',
		'1.5',
		'1e308',
		'-1e308',
		'99999999999999999999',
		'""',
		'"x"',
		'"../.."',
	],
	...['"\\u0000"', '[]', '{}', '[null]', '[[]]', '[-1]', '[1.5]', '["x"]', '[{}]', '{"a":1}', '[0,"x"]'],
	...['"constructor"', '{"__proto__":{"x":1}}', '[99999999999999999999]'],
];

test('every argument of every method takes every kind of value, and none makes the engine fail', async t => {
	const stage = await openStage(t);
	const id = await stage.add('show');
	const hash = await stage.field(id, 'hashString');
	let refusals = 0;
	const link = `"paused":true,"filename":"magnet:?xt=urn:btih:${'ab'.repeat(20)}",`;
	for (const [method, args] of Object.entries(names)) {
		for (const name of args) {
			const calls = values.map((value, index) => {
				const mustHave = needed(method, name, id, link);
				return `{"jsonrpc":"2.0","id":${index},"method":"${method}","params":{${mustHave}"${name}":${value}}}`;
			});
			const answers = JSON.parse(await stage.post(`[${calls.join(',')}]`)) as Array<{
				id: number;
				result?: unknown;
				error?: {code: number; message: string};
			}>;
			assert.equal(answers.length, values.length);
			for (const {id: number, result, error} of answers) {
				assert.ok((result === undefined) !== (error === undefined));
				assert.notEqual(error?.code, -32603, `${method} ${name} ${values[number]}: ${error?.message}`);
				if (error !== undefined) refusals++;
			}
		}
	}
	assert.ok(refusals > 500, `${refusals} refusals`);
	assert.equal(await stage.field(id, 'hashString'), hash);
	assert.ok(!stage.engine.log.some(line => line.includes('has failed')), stage.engine.log.join('\n'));
});

/** What a call needs besides the one argument, so that this is looked at, and nothing is done to all torrents. */
function needed(method: string, name: string, id: number, link: string): string {
	if (method === 'torrent_get' && name !== 'fields') return '"fields":["id"],';
	if (method === 'torrent_add') return name === 'filename' || name === 'metainfo' ? '' : link;
	if (name === 'ids' || !method.startsWith('torrent_')) return '';
	return `"ids":[${method === 'torrent_remove' ? 99 : id}],`;
}

test('params that are no object are as good as none', async t => {
	const stage = await openStage(t);
	const id = await stage.add('show');
	for (const method of Object.keys({...torrentMethods, ...sessionMethods})) {
		if (['torrent_remove', 'session_close'].includes(method)) continue;
		for (const params of ['null', '7', '"x"', '[]', '[1,2]', 'true']) {
			const answer = JSON.parse(
				await stage.post(`{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`),
			);
			assert.equal(answer.id, 1);
			assert.notEqual(answer.error?.code, -32603, `${method} ${params}`);
		}
	}
	assert.equal(await stage.field(id, 'name'), 'show');
});

test('no torrent is meant by what names none, and null is no way to mean all', async t => {
	const stage = await openStage(t);
	const id = await stage.add('show');
	for (const ids of ['[]', '[99]', '99', '""', '"nonsense"', '[""]', '1e99'])
		await stage.post(`{"method":"torrent-remove","arguments":{"ids":${ids},"delete-local-data":true}}`);
	for (const ids of ['null', '{}', '[null]', '[{}]', 'true', '[[1]]'])
		assert.match(
			await stage.post(`{"method":"torrent-remove","arguments":{"ids":${ids}}}`),
			/"result":"ids: must be numbers or hashes"/,
			ids,
		);
	assert.equal(await stage.field(id, 'name'), 'show');
});

test('what is no request is an error, whatever it is', async t => {
	const stage = await openStage(t);
	const deep = 200_000;
	for (const text of [
		'[['.repeat(deep),
		'['.repeat(deep) + ']'.repeat(deep),
		`${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`,
		`{"method":"session-get","tag":${'['.repeat(deep)}${']'.repeat(deep)}}`,
		`{"method":"torrent-get","arguments":{"fields":${'['.repeat(deep)}${']'.repeat(deep)}}}`,
		`{"method":"torrent-get","arguments":{"ids":${'['.repeat(deep)}${']'.repeat(deep)},"fields":["id"]}}`,
		`[${'{},'.repeat(2000)}{}]`,
		'\ufeff{}',
		'nul',
		'{"method":"session-get"',
		'\x00\x01\x02',
	]) {
		const [answer] = [JSON.parse(await stage.post(text))].flat();
		assert.ok(answer.error ?? answer.result, text.slice(0, 60));
	}
	assert.equal((await stage.older('session-get'))['rpc-version'], 18);
});

test('a body of 100 MB is refused before it is kept', async t => {
	const stage = await openStage(t);
	const answer = await stage.post(Buffer.alloc(100_000_000, 0x20)).catch(error => String(error));
	assert.match(answer, /^413 |EPIPE|ECONNRESET/);
	assert.equal((await stage.older('session-get'))['rpc-version'], 18);
});

test('requests that are damaged anywhere are answered', async t => {
	const stage = await openStage(t);
	const id = await stage.add('show');
	const random = seededRandom(20_261_127);
	const whole = [
		'{"method":"torrent-get","arguments":{"ids":[1],"fields":["id","name","files","peers","trackerStats"]},"tag":5}',
		'{"jsonrpc":"2.0","method":"torrent_set","params":{"ids":[1],"labels":["a"],"seed_ratio_limit":2.5},"id":"x"}',
		'[{"jsonrpc":"2.0","method":"session_get","id":1},{"jsonrpc":"2.0","method":"torrent_get","params":{"fields":["id"],"format":"table"},"id":2}]',
		'{"method":"session-set","arguments":{"speed-limit-down":100,"alt-speed-time-day":127},"tag":123456789012345678}',
	];
	for (let turn = 0; turn < 400; turn++) {
		const bytes = Buffer.from(whole[turn % whole.length]!);
		for (let wound = 0; wound < 1 + turn / 100; wound++)
			bytes[Math.floor(random.next() * bytes.length)] = Math.floor(random.next() * 256);
		const answer = await stage.post(bytes);
		if (answer === '204 ') continue;
		const parsed = JSON.parse(answer);
		for (const one of [parsed].flat()) assert.notEqual(one.error?.code, -32603, bytes.toString());
	}
	assert.equal(await stage.field(id, 'name'), 'show');
	assert.ok(!stage.engine.log.some(line => line.includes('has failed')), stage.engine.log.join('\n'));
});
