import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {CatalogueClient} from '../../../source/engine/catalogue/catalogue-client.ts';
import {CataloguePublisher, type Shared} from '../../../source/engine/catalogue/catalogue-publisher.ts';

const wanted = new Map<string, Shared>([
	['aa', {publication: {infoHash: 'aa', nick: 'ada'} as never, metainfo: async () => undefined}],
]);

/** What a catalogue is asked in a few seconds, in which `left` entries of an earlier run are at first. */
async function asked(left: number, alone: boolean): Promise<string[]> {
	const heard: string[] = [];
	const client = {
		async ownEntries() {
			heard.push('ownEntries');
			return left;
		},
		async goodbye() {
			heard.push('goodbye');
		},
		async publish() {
			heard.push('publish');
			return {refused: []};
		},
	};
	const publisher = new CataloguePublisher(client as unknown as CatalogueClient, () => {});
	for (let now = 0; now < 5000; now += 1000) {
		publisher.tick(now, wanted, alone);
		await new Promise(setImmediate);
	}
	return heard;
}

test('what a run left there that could not say goodbye is taken back before anything is published', async () => {
	assert.deepEqual(await asked(3, true), ['ownEntries', 'goodbye', 'publish']);
	assert.deepEqual(await asked(0, true), ['ownEntries', 'publish']);
});

test('nothing is taken back while others may publish with the same key', async () => {
	assert.deepEqual(await asked(3, false), ['publish']);
});
