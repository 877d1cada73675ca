import assert from 'node:assert/strict';
import {test} from 'node:test';
import {reannounced, reannouncedAll} from '../../../source/ui/text/reannounced.ts';

test('asking trackers by hand says what it came to, and what they forbid', () => {
	const nothing = {running: true, trackers: 2, asked: [], busy: [], waits: []};
	const waits = [
		{tracker: 'tracker b', allowedIn: 900},
		{tracker: 'tracker a', allowedIn: 75},
	];
	assert.equal(reannounced({...nothing, trackers: 0}), 'It has no tracker to ask.');
	assert.match(reannounced({...nothing, running: false}), /stands still/);
	assert.equal(reannounced({...nothing, asked: ['tracker a', 'tracker b']}), 'Asking tracker a and 1 more.');
	assert.equal(
		reannounced({...nothing, waits}),
		'Tracker a allows it in 1:15, and is asked then, 1 more later.',
	);
	assert.equal(
		reannounced({...nothing, asked: ['tracker c'], busy: ['tracker d'], waits: waits.slice(0, 1)}),
		'Asking tracker c. Tracker d was asked already: no answer yet. Tracker b allows it in 15 min, and is asked then.',
	);
	assert.equal(reannounced({...nothing, trackers: 0, others: ['dht']}), 'Asking the DHT.');
	assert.equal(
		reannounced({...nothing, asked: ['tracker a'], others: ['dht', 'lsd']}),
		'Asking tracker a, the DHT and the local network.',
	);
	assert.equal(
		reannouncedAll([nothing, {...nothing, trackers: 0, others: ['dht']}]),
		'Asking for peers of 1 of 2 torrents.',
	);
	assert.equal(
		reannouncedAll([nothing, {...nothing, waits}, {...nothing, asked: ['x']}]),
		'Asking the trackers of 1 of 3 torrents. The trackers of 1 allow it in 1:15 at the soonest.',
	);
});
