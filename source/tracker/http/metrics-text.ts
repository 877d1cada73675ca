import type {ServerFacts} from '../server-facts.js';
import type {TrackerStats} from '../tracker-service.js';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** A tracker's figures in the text format of Prometheus, version 0.0.4. */
export function metricsText(
	{torrents, peers, hosts, announced, counts, uptime}: TrackerStats,
	{connections, memory, store}: ServerFacts,
): string {
	const {announces, scrapes, connects, refused, dropped} = counts;
	const by = (name: string, values: Readonly<Record<string, number>>): Sample[] =>
		Object.entries(values).map(([label, value]) => [{[name]: label}, value]);
	return [
		metric('torrents', 'gauge', 'Torrents somebody announces.', [[{}, torrents]]),
		metric('clients', 'gauge', 'Peers, those of both halves of a known hybrid once.', [[{}, peers]]),
		metric('peers', 'gauge', 'Peers in all swarms, by what they have.', [
			[{state: 'seeder'}, announced.seeders],
			[{state: 'leecher'}, announced.leechers],
		]),
		metric('peers_by_family', 'gauge', 'Peers in all swarms, by their address.', [
			[{family: 'ipv4'}, announced.ipv4],
			[{family: 'ipv6'}, announced.ipv6],
		]),
		metric('hosts', 'gauge', 'Addresses that peers announce from.', [[{}, hosts]]),
		metric('connections', 'gauge', 'Open HTTP connections.', [[{}, connections]]),
		metric('completed_total', 'counter', 'Leechers that became seeders.', [[{}, announced.completed]]),
		metric('announces_total', 'counter', 'Announces.', by('over', announces)),
		metric('scrapes_total', 'counter', 'Torrents scraped.', [[{}, scrapes]]),
		metric('connects_total', 'counter', 'Connection ids given to UDP clients.', [[{}, connects]]),
		metric('refused_total', 'counter', 'Requests answered with a reason.', by('reason', refused)),
		metric('dropped_total', 'counter', 'Requests not answered.', by('reason', dropped)),
		metric('uptime_seconds', 'gauge', 'Since it started.', [[{}, uptime]]),
		metric('resident_memory_bytes', 'gauge', 'Memory of the process.', [[{}, memory]]),
		store === undefined
			? ''
			: metric('store_up', 'gauge', 'Whether the shared store answers.', [
					[{}, store === 'connected' ? 1 : 0],
				]),
	].join('');
}

function metric(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
	const full = `tortui_tracker_${name}`;
	const lines = samples.map(([labels, value]) => {
		const text = Object.entries(labels)
			.map(([label, text]) => `${label}="${text}"`)
			.join(',');
		return `${full}${text === '' ? '' : `{${text}}`} ${value}\n`;
	});
	return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('')}`;
}
