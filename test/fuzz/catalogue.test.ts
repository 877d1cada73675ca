import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../source/base/errors.js';
import {safeText} from '../../source/base/safe-text.js';
import {
	asCatalogueEvent,
	readAbout,
	readOwnEntries,
	readPage,
	readPeople,
	readPublished,
} from '../../source/protocol/catalogue/answers.js';
import {catalogueAddress} from '../../source/protocol/catalogue/catalogue-url.js';
import {EventStreamReader, eventText, heartbeat} from '../../source/protocol/catalogue/event-stream.js';
import {asNick} from '../../source/protocol/catalogue/nick.js';
import {mostEntries, readPublications} from '../../source/protocol/catalogue/publication.js';
import {readSearchQuery, searchQueryText} from '../../source/protocol/catalogue/search-query.js';
import {seeded} from '../policy/seeded.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(1);
const rounds = fuzzRounds(20_000);
const entry = {
	infoHash: 'ab'.repeat(20),
	infoHashV2: 'cd'.repeat(32),
	name: 'Harbour – sounds\u0007',
	size: 1000,
	files: 3,
	listHash: 'c'.repeat(40),
	peerId: 'd'.repeat(40),
	nick: 'ada',
};
const torrent = {...entry, nicks: ['ada', 'bo'], seeders: 1, leechers: 2, since: 1e12, torrent: true};
const samples = [
	JSON.stringify([entry, entry]),
	JSON.stringify({torrents: [torrent], next: '1:2'}),
	JSON.stringify({users: [{nick: 'ada', torrents: 1, size: 2, since: 3, reachable: false}]}),
	JSON.stringify({people: 1, torrents: 2, size: 3, token: {publish: true, search: false}}),
	JSON.stringify({published: 1, refused: [{infoHash: 'a', why: 'full'}]}),
	`${heartbeat}${eventText(JSON.stringify({type: 'published', infoHash: 'ab', nick: 'ada'}))}`,
	searchQueryText({words: 'a b', min: 1, max: 2, sort: 'new', after: '1:2'}),
	'http://token@host:6969/announce/0123456789',
].map(text => new TextEncoder().encode(text));

function attempt<Value>(read: () => Value): Value | undefined {
	try {
		return read();
	} catch (error) {
		assert.ok(error instanceof ProtocolError, String(error));
		return undefined;
	}
}

test(`what a catalogue sends and is sent is read, or refused as expected (seed ${seed}, ${rounds} rounds)`, () => {
	const random = seeded(seed);
	const decoder = new TextDecoder();
	for (let round = 0; round < rounds; round++) {
		const sample = samples[Math.floor(random() * samples.length)]!;
		const text = decoder.decode(mutate(sample, random));
		const batch = attempt(() => readPublications(text)) ?? [];
		assert.ok(batch.length <= mostEntries);
		for (const {name, nick, size} of batch) {
			assert.equal(safeText(name, 300), name);
			assert.equal(asNick(nick), nick);
			assert.ok(size >= 0);
		}
		for (const {name, nicks, seeders} of attempt(() => readPage(text))?.torrents ?? []) {
			assert.equal(safeText(name, 300), name);
			for (const nick of nicks) assert.equal(asNick(nick), nick);
			assert.ok(seeders >= 0);
		}
		for (const {nick} of attempt(() => readPeople(text)) ?? []) assert.equal(asNick(nick), nick);
		attempt(() => readAbout(text));
		attempt(() => readOwnEntries(text));
		attempt(() => readPublished(text));
		for (const data of attempt(() => new EventStreamReader().push(text)) ?? []) asCatalogueEvent(data);
		asCatalogueEvent(text);
		readSearchQuery(text, part => part);
		const address = catalogueAddress(text);
		if (address !== undefined) assert.ok(URL.canParse(`${address.base}/search`), text);
	}
});
