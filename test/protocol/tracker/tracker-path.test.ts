import assert from 'node:assert/strict';
import {test} from 'node:test';
import {passkeyIn, readTrackerPath} from '../../../source/protocol/tracker/tracker-path.js';

test('a path asks for one thing, with a passkey before it or behind it', () => {
	for (const [path, ask, passkey] of [
		['/announce', 'announce', undefined],
		['/scrape', 'scrape', undefined],
		['/torrents', 'torrents', undefined],
		['/abcdefgh12345678/announce', 'announce', 'abcdefgh12345678'],
		['/announce/abc-_fgh', 'announce', 'abc-_fgh'],
		['/0123456789abcdef/scrape', 'scrape', '0123456789abcdef'],
	] as const)
		assert.deepEqual(readTrackerPath(path), {ask, passkey});
	for (const path of [
		'/',
		'',
		'/announce/',
		'/short/announce',
		'/a/b/announce',
		'/announces',
		'/stats',
		'/ü/announce',
		`/${'x'.repeat(129)}/announce`,
	])
		assert.equal(readTrackerPath(path), undefined, path);
});

test('a passkey may stand in the query, alone or among others', () => {
	assert.equal(passkeyIn('/announce', 'passkey=abcdefgh'), 'abcdefgh');
	assert.equal(passkeyIn('/announce', 'a=b&passkey=abcdefgh&c=d'), 'abcdefgh');
	assert.equal(passkeyIn('/12345678/announce', 'passkey=abcdefgh'), '12345678');
	assert.equal(passkeyIn('/announce', 'xpasskey=abcdefgh'), undefined);
	assert.equal(passkeyIn('/announce', 'passkey=a%20bcdefgh'), undefined);
	assert.equal(passkeyIn('', ''), undefined);
});
