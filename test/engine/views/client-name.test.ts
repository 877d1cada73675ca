import assert from 'node:assert/strict';
import {test} from 'node:test';
import {clientName} from '../../../source/engine/views/client-name.ts';

const peerId = new TextEncoder().encode('-TR4030-abcdefghijkl');
const named = (client: string | undefined, id: Uint8Array | undefined = peerId) =>
	clientName({extensions: {client}, peerId: id});

test('a program whose own name nothing is seen of is named by its peer id', () => {
	assert.equal(named('Transmission 4.1'), 'Transmission 4.1');
	for (const blank of [undefined, '', '   ', '\u0007\u0007', '\u200b', '\u3164'])
		assert.equal(named(blank), 'Transmission 4.0.3', JSON.stringify(blank));
	assert.equal(named('  ', new Uint8Array(20)), '');
});
