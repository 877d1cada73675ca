import type {Verb} from './verb-names.js';

/** A command line as somebody would type it, and what it does. */
export type Example = readonly [line: string, what: string];

/** Examples for the help and the manual page, by verb; those of the session begin both. */
export const examples: Readonly<Record<Verb, readonly Example[]>> = {
	session: [
		['tortui debian.torrent -d ~/Downloads', 'download it and watch'],
		["tortui 'magnet:?xt=urn:btih:c0ffee…'", 'the same from a link, which the quotes keep whole'],
		["tortui album.torrent --select '*.flac' --sequential", 'some of its files, in order'],
		['tortui', 'the list of all torrents'],
	],
	get: [
		['tortui get debian.torrent -d /srv/data', 'download, and end when all is on the disk'],
		[
			'tortui get a.torrent b.torrent --json --seed-ratio 1',
			'events for a script; share as much as was taken',
		],
	],
	stream: [
		['tortui stream film.torrent', 'watch it while it downloads, with mpv or vlc'],
		["tortui stream album '*.flac' --player 'mpv --no-video'", 'hear a torrent that is there already'],
		['tortui stream film --print', 'the URL, for another player'],
	],
	seed: [
		['tortui seed Album', 'make a torrent of the folder and share it'],
		['tortui seed Album.torrent=Album --seed-time 2h', 'share what a torrent is there for already'],
	],
	create: [
		['tortui create Album -t udp://tracker.example:6969', 'write Album.torrent'],
		["tortui create Album --private --exclude '*.tmp' -o mine.torrent", 'without some of its files'],
	],
	edit: [
		['tortui edit Album.torrent -t udp://tracker.example:6969', 'one more tracker'],
		[
			'tortui edit *.torrent --replace-tracker old.example=new.example',
			'a tracker that moved, in many files',
		],
	],
	info: [
		['tortui info album.torrent', 'files, trackers and the magnet link'],
		["tortui info --resolve 'magnet:?xt=urn:btih:c0ffee…'", 'what peers say that it holds'],
		['curl -s https://example.org/album.torrent | tortui info - --json', 'the same for a script'],
	],
	verify: [['tortui verify album.torrent ~/Music || echo incomplete', 'status 4: some is missing or wrong']],
	tracker: [
		['tortui tracker --port 6969', 'a tracker for http://HOST:6969/announce and UDP'],
		['tortui tracker --catalogue', 'one that tells who shares what: tortui search asks it'],
	],
	demo: [
		['tortui demo', 'a swarm on this machine, on the screen'],
		['tortui demo --fast --size 64M', 'the same in a few seconds'],
	],
	attach: [
		['tortui attach', 'back to the downloads that go on'],
		['ssh -t HOST tortui attach', 'to those of another machine'],
	],
	add: [['tortui add debian.torrent -d ~/Downloads --paused --label linux', 'hand it to the running engine']],
	find: [
		['tortui find rain flac', 'torrents and files whose names have both'],
		['tortui find dbn12 --json', 'letters may be left out: debian-12'],
	],
	list: [
		['tortui list', 'a table of the torrents'],
		["tortui list --filter 'label=iso and seeding' --sort size", 'some of them'],
		["tortui list | awk -F'\\t' '$2 == \"seeding\" {print $9}'", 'the names of those that seed'],
	],
	wait: [
		['tortui wait debian --timeout 1h', 'until it is here'],
		["tortui wait all --until 'seeding or failed'", 'until each does one of the two'],
	],
	watch: [
		['tortui watch', 'what happens, line by line'],
		[
			'tortui watch --json --events | jq -r \'select(.event == "complete").name\'',
			'what is complete, as it is',
		],
	],
	preview: [['tortui preview https://example.org/album.torrent', 'what is in it, before it is added']],
	creations: [
		['tortui creations', 'how far the hashing is'],
		['tortui creations end 1', 'no further'],
	],
	status: [
		['tortui status', 'ports, rates, how many torrents there are'],
		['tortui status --health', 'status 0 when the engine answers: for a container'],
	],
	set: [
		['tortui set debian --label iso --seed-ratio 2', 'what holds for one'],
		['tortui set all --max-upload 50K --no-sequential', 'and for all'],
	],
	files: [
		['tortui files album', 'what is in it, and how far that is'],
		["tortui files album --select '*.flac,!*bonus*'", 'these are wanted, and no others'],
		["tortui files album --select '*.cue' --priority first", 'these before the others'],
	],
	peers: [
		['tortui peers debian', 'who is connected'],
		['tortui peers debian add 192.0.2.1:6881', 'dial one more'],
		['tortui peers debian ban 192.0.2.7', 'and never that one again'],
	],
	trackers: [
		['tortui trackers debian', 'what each says'],
		['tortui trackers all add udp://tracker.example:6969/announce', 'one more for every torrent'],
		['tortui trackers debian reannounce', 'ask for more peers now'],
	],
	pieces: [
		['tortui pieces debian', 'a map of what is here'],
		['tortui pieces debian 0-9 --within 5s', 'the beginning before all else'],
	],
	move: [['tortui move debian album /srv/done', 'their files, while they go on']],
	rename: [["tortui rename album 3 'Track 3.flac'", 'the third of its files']],
	'verify-again': [['tortui verify-again all', 'hash everything that is on the disk']],
	queue: [
		['tortui queue debian top', 'it starts before the others'],
		['tortui queue', 'who comes when'],
	],
	limits: [
		['tortui limits', 'those that hold'],
		['tortui limits --max-upload 500K --active-downloads 3', 'others from now on'],
	],
	slow: [['tortui slow on', 'the limits of slow mode hold, until slow off']],
	nick: [['tortui nick ada', 'be called so from now on']],
	feeds: [
		["tortui feeds add https://example.org/rss --title '*amd64*' --label linux", 'take what fits by itself'],
		['tortui feeds list', 'what is in the feeds, numbered'],
		['tortui feeds get 3', 'one of it'],
	],
	share: [
		['tortui share ~/Music --tracker http://tracker.example:6969/announce', 'each album as a torrent'],
		['tortui share --list', 'what is shared, and how far the hashing is'],
	],
	search: [
		['tortui search harbour --tracker http://nas.local:6969', 'what is shared by that name'],
		['tortui search harbour --get 1 -d ~/Music', 'have the first of them'],
	],
	users: [
		['tortui users', 'who is here'],
		['tortui users bo', 'what bo shares'],
	],
	shared: [
		['tortui shared', 'what you share, and where it is told'],
		['tortui shared --nick ada', 'be called another name'],
	],
	export: [
		['tortui export debian -o debian.torrent', 'the .torrent of what came as a magnet link'],
		['tortui export c0ffee12 -o - | tortui info -', 'the same for a pipe'],
	],
	import: [
		['tortui import transmission --dry-run', 'what would be taken over from Transmission'],
		['tortui import qbittorrent ~/qbt/config --map /downloads=/srv/torrents', 'from a container'],
	],
	log: [
		['tortui log -f', 'what the engine says, and goes on to say'],
		['tortui log --since 2h --level warn', 'what went wrong in the last two hours'],
	],
	blocklist: [
		['tortui blocklist', 'how many ranges hold, and when they were read'],
		['tortui blocklist --update', 'read or fetch the list now'],
	],
	dht: [
		['tortui dht', 'whether torrents without trackers can be found, and if not why'],
		["tortui dht --json | jq '.networks[].nodes'", 'how many nodes it knows, for a script'],
	],
	web: [
		['tortui web', 'a link for a browser on this machine'],
		['tortui web 0.0.0.0:9092', 'for everybody on the network who is given a link'],
		['tortui web --read-only', 'a link for somebody who may only look'],
		['tortui config set web 9092', 'the engine itself offers it, whenever it runs'],
	],
	pause: [['tortui pause all', 'hold every torrent']],
	resume: [['tortui resume debian', 'let the one with this in its name go on']],
	remove: [
		['tortui remove c0ffee12', 'forget it, keep its files'],
		['tortui remove debian --with-data', 'delete its files, too'],
	],
	restart: [['tortui restart', 'after an update: a new engine goes on with the same torrents']],
	stop: [['tortui stop', 'end the engine and all downloads; tortui goes on with them']],
	doctor: [
		['tortui doctor', 'what is wrong, and what to do'],
		['tortui doctor --json | jq -r \'.checks[] | select(.level == "wrong").text\'', 'the same for a script'],
	],
	config: [
		['tortui config', 'what is set, and what is wrong with it'],
		['tortui config set on-complete ~/bin/unpack', 'a program that is run when a torrent is complete'],
		["tortui config set on-goal -- sh -c 'date >> ~/goals'", 'behind -- words may begin with -'],
	],
	completion: [['source <(tortui completion bash)', 'in ~/.bashrc']],
	engine: [
		['tortui engine', 'until Ctrl-C, for systemd or a container'],
		['tortui engine -d /srv/torrents --state-dir /var/lib/tortui', 'with folders of its own'],
	],
	service: [
		['tortui service install', 'a service of your own'],
		['sudo tortui service install --system --user media -d /srv/torrents', 'one of the machine'],
		['tortui service install --print', 'only show what would be written'],
	],
};
