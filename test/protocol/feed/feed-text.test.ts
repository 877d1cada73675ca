import assert from 'node:assert/strict';
import {test} from 'node:test';
import {feedText} from '../../../source/protocol/feed/feed-text.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');
const utf8 = (text: string) => Buffer.from(text, 'utf8');

test('a text is read in the encoding it can be in, whatever is declared', () => {
	const words = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?><rss>é€ü</rss>`;
	// Declared rightly, and wrongly.
	assert.equal(feedText(utf8(words('utf-8')), undefined), words('utf-8'));
	assert.equal(feedText(utf8(words('iso-8859-1')), undefined), words('iso-8859-1'));
	assert.equal(feedText(utf8(words('utf-16')), 'text/xml; charset=us-ascii'), words('utf-16'));
	const old = '<?xml version="1.0" encoding="utf-8"?><rss>\u00e9</rss>';
	assert.equal(feedText(latin(old), 'application/rss+xml; charset=utf-8'), old);
	assert.equal(feedText(latin('<rss>\u00e9</rss>'), undefined), '<rss>é</rss>');
	const unknown = '<?xml version="1.0" encoding="x-none"?><rss>\u00e9</rss>';
	assert.equal(feedText(latin(unknown), 'text/xml; charset=utf-16'), unknown);
});

test('the header and the declaration are gone by where they can be true', () => {
	const cyrillic = Buffer.from([0x3c, 0x61, 0x3e, 0xcf, 0xd2, 0xc8]);
	assert.equal(feedText(cyrillic, 'text/xml; charset=windows-1251'), '<a>ПТИ');
	const declared = Buffer.concat([utf8('<?xml version="1.0" encoding="windows-1251"?>'), cyrillic]);
	assert.match(feedText(declared, undefined), /<a>ПТИ$/);
	assert.match(feedText(declared, 'text/xml; charset=none-such'), /<a>ПТИ$/);
});

test('marks at the beginning go before all else', () => {
	assert.equal(feedText(Buffer.from('\uFEFF<rss/>', 'utf16le'), 'text/xml; charset=utf-8'), '<rss/>');
	assert.equal(feedText(utf8('\uFEFF<rss/>'), 'text/xml; charset=iso-8859-1'), '<rss/>');
	assert.equal(feedText(Buffer.from('<rss/>', 'utf16le'), undefined), '<rss/>');
});
