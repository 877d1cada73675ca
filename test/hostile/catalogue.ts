/** One line of what was tried against the engine. */
export interface Tried {
	readonly tried: string;
	/** What an honest user felt of it. */
	readonly felt: string;
	/** The test that holds it, and some words of its title. */
	readonly file: string;
	readonly title: string;
}

/**
 * What was tried and held, and where a test holds it. What stands in this folder tells its figures itself:
 * `npm run hostile`.
 */
export const catalogue: readonly Tried[] = [
	{
		tried: '60 connections from 60 addresses that hold all places and redial every second',
		felt: 'a seeder of 4 MiB/s that dials in, or is dialled, completes 16 MiB in at most 1.5 x the usual time',
		file: 'test/hostile/places.test.ts',
		title: 'an honest seeder has a place',
	},
	{
		tried: '10 silent connections with the peer id of the seeder',
		felt: 'nothing: the seeder is let in',
		file: 'test/hostile/identity.test.ts',
		title: 'the peer id of a seeder',
	},
	{
		tried: 'a tracker that calls the address of a stranger ours',
		felt: 'nothing: the stranger is dialled',
		file: 'test/engine/sources/tracker-source.test.ts',
		title: 'we are not handed to ourselves',
	},
	{
		tried: '2 to 45 peers that unchoke and never answer, refuse, drip or flap',
		felt: '16 MiB in the usual time',
		file: 'test/hostile/end-game.test.ts',
		title: 'do not stall the end',
	},
	{
		tried: '12 and 45 peers that ask and never read, never ask, or ask for single bytes',
		felt: 'a first block within 2 s',
		file: 'test/hostile/slots.test.ts',
		title: 'has its first block within 2 s',
	},
	{
		tried: 'floods of messages that change nothing, of 14 kinds',
		felt: 'nothing: the flooder is let go within a thousand messages',
		file: 'test/engine/peers/cheap-floods.test.ts',
		title: 'is let go within a thousand messages',
	},
	{
		tried: '60 peers that give a block every 12 or 50 s and so hold all places',
		felt: 'a seeder that comes has a place, 16 MiB take at most 10 s longer',
		file: 'test/hostile/places.test.ts',
		title: 'that give a block now and then',
	},
	{
		tried: '45 peers that give a block every 2.5 to 30 s',
		felt: 'the end comes at most 10 s later',
		file: 'test/hostile/end-game.test.ts',
		title: 'that give a block now and then',
	},
	{
		tried: 'requests while choked, or taken back at once, without end',
		felt: 'nothing: the flooder is let go',
		file: 'test/engine/peers/cheap-floods.test.ts',
		title: 'is let go, and one that sends five hundred a second is not',
	},
	{
		tried: 'extension handshakes of a mebibyte each',
		felt: 'nothing: the flooder is let go within twenty',
		file: 'test/engine/peers/cheap-floods.test.ts',
		title: 'as long as a message may be',
	},
	{
		tried: 'HTTP answers in chunks of one byte, or with 4 KiB around each byte',
		felt: 'no more memory than the answer has bytes; refused',
		file: 'test/protocol/tracker/http-response.test.ts',
		title: 'in a million chunks of one byte',
	},
	{
		tried: 'a tracker that is silent or drips, in the first tier',
		felt: 'the next one is asked after 10 s',
		file: 'test/engine/sources/tracker-source.test.ts',
		title: 'keeps nobody from the next one',
	},
	{
		tried: 'a flood of listings at our tracker',
		felt: 'ten a second are answered',
		file: 'test/tracker/tracker-server.test.ts',
		title: 'a flood of listings is turned away',
	},
	{
		tried: 'wrong blocks from 20 of 21 seeders',
		felt: 'the honest one is never banned, at most 1.6 x the bytes are fetched',
		file: 'test/hostile/poisoning.test.ts',
		title: 'the only honest one is never banned',
	},
	{
		tried: '40 relays that lead to ourselves',
		felt: 'one connection each',
		file: 'test/hostile/relays.test.ts',
		title: 'relays that connect us with ourselves',
	},
	{
		tried: '10,000 connections that say junk, half a handshake, or nothing',
		felt: 'a download beside them is not hindered, nothing is left behind',
		file: 'test/interop/crowd.test.ts',
		title: 'hinder no honest peer',
	},
	{
		tried: '64 file descriptors and 300 strangers',
		felt: 'one line in the log',
		file: 'test/interop/crowd.test.ts',
		title: 'with 64 file descriptors',
	},
	{
		tried: 'peers that break the protocol in 22 ways',
		felt: 'the download completes',
		file: 'test/interop/hostile-peers.test.ts',
		title: 'does not hinder the download',
	},
	{
		tried: 'trackers that answer in 20 hostile ways, bombs of gzip among them',
		felt: 'the download completes',
		file: 'test/interop/hostile-trackers.test.ts',
		title: 'does not hinder the download',
	},
	{
		tried: '110 hostile trackers of one torrent at once',
		felt: 'commands are answered, the download takes its usual time',
		file: 'test/hostile/trackers.test.ts',
		title: 'a hundred and ten hostile trackers',
	},
	{
		tried: 'gzip bombs and bodies without end',
		felt: 'cut at the limit',
		file: 'test/io/net/http/http-client.test.ts',
		title: 'a gzip bomb goes off at the limit',
	},
	{
		tried: 'trackers and redirects that lead into the local network',
		felt: 'refused',
		file: 'test/io/net/http/address-guard.test.ts',
		title: 'may not lead into the local network',
	},
	{
		tried: 'names of files that lead out of the folder, or are no names',
		felt: 'made harmless',
		file: 'test/protocol/metainfo/sanitize-path.test.ts',
		title: 'a name of which nothing is left',
	},
	{
		tried: 'UDP packets to our tracker from addresses that were not proved',
		felt: 'nothing is believed, and nothing longer than the packet goes back',
		file: 'test/tracker/tracker-server.test.ts',
		title: 'a UDP client must show that it receives at its address',
	},
	{
		tried: '10,000 connections to our tracker that send half a request',
		felt: 'an honest announce is answered at once, memory below 200 MiB',
		file: 'test/hostile/tracker.test.ts',
		title: '10,000 connections of 100 addresses',
	},
	{
		tried: '100,000 announces to our tracker with forged connection ids, and as much junk',
		felt: 'silence',
		file: 'test/hostile/tracker.test.ts',
		title: 'are met with silence and believed by nobody',
	},
	{
		tried: 'junk on the socket',
		felt: 'that client alone is closed',
		file: 'test/fuzz/bridge.test.ts',
		title: 'damaged frames are read or end the connection',
	},
	{
		tried: 'whatever a client may say as a command',
		felt: 'an answer or a refusal, and the engine goes on',
		file: 'test/fuzz/bridge.test.ts',
		title: 'whatever a client may say',
	},
	{
		tried: 'resume data cut off anywhere or with any byte changed',
		felt: 'refused or read; the others are loaded',
		file: 'test/io/state/torrent-store.test.ts',
		title: 'resume data cut off anywhere',
	},
	{
		tried: 'a full disk',
		felt: 'the torrent stops with the reason, and goes on when there is room',
		file: 'test/interop/disk.test.ts',
		title: 'on a full disk',
	},
	{
		tried: 'disks that fail on reading, writing, checking or saving',
		felt: 'one line, nothing is forgotten',
		file: 'test/engine/torrent/broken-disk.test.ts',
		title: 'in a check stops the torrent with one line',
	},
	{
		tried: 'clocks that jump by years',
		felt: 'nothing',
		file: 'test/engine/torrent/clock-jumps.test.ts',
		title: 'a wall clock that jumps by years',
	},
	{
		tried: '128 file descriptors for more files than that',
		felt: '40 are open at the most',
		file: 'test/interop/open-files.test.ts',
		title: 'by processes that may open 128',
	},
	{
		tried: 'SIGSTOP for ten seconds in the midst of a download',
		felt: 'it completes after SIGCONT',
		file: 'test/hostile/sockets.attack.ts',
		title: 'stopped for ten seconds',
	},
];
