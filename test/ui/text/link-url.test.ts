import assert from 'node:assert/strict';
import {test} from 'node:test';
import {folderUrl, pageUrl} from '../../../source/ui/text/link-url.ts';

test('a folder has a URL on its machine, whatever its name holds', () => {
	assert.equal(folderUrl('box', '/srv/a b/ü'), 'file://box/srv/a%20b/%C3%BC');
	assert.equal(folderUrl('', '/srv'), 'file:///srv');
	assert.equal(folderUrl('box', '/x\u001B]8;;evil\u0007'), 'file://box/x%1B%5D8%3B%3Bevil%07');
	assert.equal(folderUrl('box', 'srv'), undefined);
	assert.equal(folderUrl('box/evil', '/srv'), undefined);
	assert.equal(folderUrl('box', '/\uD800'), undefined);
	assert.equal(folderUrl('box', `/${'x'.repeat(3000)}`), undefined);
});

test('a page is one of the web, without names, passwords or what ends a sequence', () => {
	assert.equal(pageUrl('https://tracker.example:8080/'), 'https://tracker.example:8080/');
	for (const url of [
		'javascript:alert(1)',
		'https://me:secret@tracker.example/',
		'https://tracker.example/\u001B\\',
		'https://tracker.example/\u0007',
		'https://tracker.example/ü',
		'file:///etc/passwd',
		'',
	])
		assert.equal(pageUrl(url), undefined, url);
});
