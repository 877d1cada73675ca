import assert from 'node:assert/strict';
import {test} from 'node:test';
import {writtenValue} from '../../../source/bridge/rpc/exact-number.ts';
import {olderFieldName, olderName, todaysName} from '../../../source/bridge/rpc/rpc-names.ts';
import {ask} from '../http/doors.ts';
import {basic, openStage} from './rpc-stage.ts';

for (const [older, today] of [
	['seedRatioLimit', 'seed_ratio_limit'],
	['seed-queue-size', 'seed_queue_size'],
	['cache-size-mb', 'cache_size_mib'],
	['isUTP', 'is_utp'],
	['primary-mime-type', 'primary_mime_type'],
	['file-count', 'file_count'],
	['peer-limit', 'peer_limit'],
	['download-dir', 'download_dir'],
	['files-wanted', 'files_wanted'],
	['sequential_download', 'sequential_download'],
	['begin_piece', 'begin_piece'],
	['recently-active', 'recently_active'],
	['etaIdle', 'eta_idle'],
	['id', 'id'],
] as const) {
	test(`${today} was ${older}`, () => {
		assert.equal(todaysName(older), today);
		assert.equal(todaysName(today), today);
		assert.equal(olderName(today), older);
	});
}

test('where a torrent is was spelt in a third way', () => {
	assert.equal(olderFieldName('download_dir'), 'downloadDir');
	assert.equal(todaysName('downloadDir'), 'download_dir');
});

for (const [text, index, value] of [
	['{"tag":123456789012345678}', undefined, '123456789012345678'],
	['{"a":{"tag":1},"tag" : 9223372036854775807 , "b":[{"tag":2}]}', undefined, '9223372036854775807'],
	['{"method":"a, \\"tag\\":5,{","tag":6}', undefined, '6'],
	['{"tag":1,"tag":2}', undefined, '2'],
	['{"\\u0074ag":3}', undefined, '3'],
	['[{"id":1},{"x":[1,{"id":5}],"id":9007199254740993}]', 1, '9007199254740993'],
	['{"tags":1}', undefined, undefined],
] as const) {
	test(`a number is told as it was written: ${text}`, () => {
		assert.equal(writtenValue(text, index === undefined ? 'tag' : 'id', index), value);
	});
}

test('a tag comes back exactly, however long, whatever it is, and not at all when there was none', async t => {
	const stage = await openStage(t);
	for (const tag of ['9223372036854775807', '0', '-1', '"text"', 'null', '1.5', '4611686018427387905']) {
		const answer = await stage.post(`{"method":"group-get","tag":${tag}}`);
		assert.equal(answer, `{"arguments":{"group":[]},"result":"success","tag":${tag}}`);
		const today = await stage.post(`{"jsonrpc":"2.0","method":"group_get","id":${tag}}`);
		assert.equal(today, `{"jsonrpc":"2.0","result":{"group":[]},"id":${tag}}`);
	}
	assert.equal(await stage.post('{"method":"group-get"}'), '{"arguments":{"group":[]},"result":"success"}');
});

test('JSON-RPC: batches, notifications and errors are as it says', async t => {
	const stage = await openStage(t);
	const call = (method: string, id?: unknown, params?: unknown) => ({
		jsonrpc: '2.0',
		method,
		...(id !== undefined && {id}),
		...(params !== undefined && {params}),
	});
	const batch = JSON.parse(
		await stage.post(
			JSON.stringify([
				call('group_get', 1),
				call('torrent_stop'),
				call('nonsense', 'b'),
				call('torrent_get', null, {fields: []}),
				7,
				{method: 'group-get', tag: 1},
			]),
		),
	);
	assert.deepEqual(batch, [
		{jsonrpc: '2.0', result: {group: []}, id: 1},
		{jsonrpc: '2.0', error: {code: -32601, message: 'Method not found'}, id: 'b'},
		{
			jsonrpc: '2.0',
			error: {code: -32602, message: 'Invalid params', data: {error_string: 'no fields specified'}},
			id: null,
		},
		{
			jsonrpc: '2.0',
			error: {code: -32600, message: 'Invalid Request', data: {error_string: 'a request must be an object'}},
			id: null,
		},
		{
			jsonrpc: '2.0',
			error: {code: -32600, message: 'Invalid Request', data: {error_string: 'JSON-RPC version is not 2.0'}},
			id: null,
		},
	]);
	assert.equal(await stage.post(JSON.stringify(call('torrent_stop'))), '204 ');
	assert.equal(await stage.post(JSON.stringify([call('torrent_stop'), call('session_get')])), '204 ');
	for (const [text, code] of [
		['nonsense', -32700],
		['', -32700],
		['[]', -32600],
		['"x"', -32600],
		['{"jsonrpc":"1.0","method":"session_get","id":1}', -32600],
		['{"jsonrpc":"2.0","method":"session_get","id":{}}', -32600],
		['{"jsonrpc":"2.0","method":5,"id":1}', -32601],
	] as const)
		assert.equal(JSON.parse(await stage.post(text)).error.code, code, text);
	assert.equal(await stage.refusal('nonsense'), 'no method name');
	assert.equal(await stage.refusal('constructor'), 'no method name');
	const space = JSON.parse(
		await stage.post(JSON.stringify(call('free_space', 1, {path: '/nowhere/at/all'}))),
	);
	assert.deepEqual(space.error, {
		code: 5,
		message: 'system error',
		data: {
			error_string: 'No such file or directory',
			result: {path: '/nowhere/at/all', size_bytes: -1, total_size: -1},
		},
	});
});

test('who does not name the session is told it, whatever he asks, and that is told to no page of a stranger', async t => {
	const stage = await openStage(t);
	for (const method of ['GET', 'POST', 'PUT', 'HEAD']) {
		const {status, headers, body} = await ask(stage.port, '/transmission/rpc', {
			method,
			...(method === 'POST' && {body: 'x'.repeat(100_000)}),
			headers: {'x-transmission-session-id': 'stale'},
		});
		assert.equal(status, 409, method);
		assert.equal(headers['x-transmission-session-id'], stage.session);
		assert.equal(headers['x-transmission-rpc-version'], '6.0.1');
		if (method !== 'HEAD') assert.match(body.toString(), /X-Transmission-Session-Id:\s*\w+/);
	}
	const known = {'x-transmission-session-id': stage.session};
	assert.equal((await ask(stage.port, '/transmission/rpc', {headers: known})).status, 405);
	const strange: ReadonlyArray<Record<string, string>> = [
		{origin: 'http://evil.example'},
		{host: 'evil.example'},
		{origin: 'null'},
	];
	for (const headers of strange) {
		const {status, headers: told} = await ask(stage.port, '/transmission/rpc', {headers});
		assert.ok(status === 403 || status === 421);
		assert.equal(told['x-transmission-session-id'], undefined);
	}
});

test('without the password nobody is told anything, with it a page of anybody may ask', async t => {
	const stage = await openStage(t, {password: 'secret', user: undefined});
	const origin = 'http://remote.example';
	for (const headers of [
		{},
		{authorization: basic(':wrong')},
		{'x-transmission-session-id': stage.session},
	]) {
		const {
			status,
			headers: told,
			body,
		} = await ask(stage.port, '/transmission/rpc', {
			method: 'POST',
			headers: headers as Record<string, string>,
			body: '{"method":"session-get"}',
		});
		assert.equal(status, 401);
		assert.equal(told['www-authenticate'], 'Basic realm="Transmission", charset="UTF-8"');
		assert.equal(told['x-transmission-session-id'], undefined);
		assert.doesNotMatch(body.toString(), /session/);
	}
	const {status, headers} = await ask(stage.port, '/transmission/rpc', {
		headers: {origin, host: 'nas.example', authorization: basic('any:secret')},
	});
	assert.equal(status, 409);
	assert.equal(headers['access-control-allow-origin'], '*');
});

test('another path and a web client in a folder', async t => {
	const {mkdirSync, symlinkSync, writeFileSync} = await import('node:fs');
	const {Workspace} = await import('../../helpers/workspace.ts');
	const space = new Workspace(t);
	const web = space.folder('web');
	writeFileSync(`${web}/index.html`, '<p>remote</p>');
	mkdirSync(`${web}/js`);
	writeFileSync(`${web}/js/app.js`, 'x'.repeat(5_000_000));
	writeFileSync(`${web}/.secret`, 'secret');
	writeFileSync(space.path('outside'), 'secret');
	symlinkSync(space.path('outside'), `${web}/link`);
	const stage = await openStage(t, {web});
	const get = (path: string, headers = {}) => ask(stage.port, path, {headers});
	assert.equal((await get('/')).headers.location, '/transmission/web/');
	const page = await get('/transmission/web/');
	assert.equal(page.body.toString(), '<p>remote</p>');
	assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
	assert.equal((await get('/transmission/web')).status, 301);
	assert.equal((await get('/transmission/web/js/app.js')).body.length, 5_000_000);
	assert.equal((await get('/transmission/web/', {'if-none-match': page.headers.etag})).status, 304);
	for (const path of [
		'/transmission/web/.secret',
		'/transmission/web/link',
		'/transmission/web/nothing',
		'/transmission/web/js',
		'/transmission/web/../rpc.json',
		'/transmission/web/%2e%2e/outside',
		'/transmission/web/..%2foutside',
		'/transmission/web/js%2f..%2f..%2foutside',
		'/transmission/web//etc/passwd',
	]) {
		const {status, body} = await get(path);
		assert.ok(status === 404 || status === 400, `${path} ${status}`);
		assert.doesNotMatch(body.toString(), /secret/);
	}
});
