import {test} from 'node:test';
import {missing} from '../helpers/processes.ts';
import {trackerClients} from '../helpers/tracker-clients.ts';
import {findEachOther, ways} from '../helpers/tracker-stage.ts';
import {noNamespaces} from '../helpers/two-networks.ts';

// Apart from the other clients: it takes its time before it announces.
for (const client of trackerClients.filter(({name}) => name === 'transmission')) {
	for (const way of client.speaks) {
		test(
			`two ${client.name} find each other through our tracker, by ${ways[way]}`,
			{
				skip: noNamespaces() || client.absent() || (way.startsWith('https') && missing('openssl')),
			},
			t => findEachOther(t, client, way),
		);
	}
}
