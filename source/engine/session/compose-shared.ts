import {toHex} from '../../base/hex.js';
import type {Clock, Random} from '../../base/ports.js';
import {BlocklistFiles} from '../../io/blocklist/blocklist-files.js';
import type {BlockPool} from '../../io/disk/block-pool.js';
import type {Disk} from '../../io/disk/disk.js';
import {readPortFile} from '../../io/files/port-file.js';
import {hashFunctions} from '../../io/machine/hash-functions.js';
import {machineRandom} from '../../io/machine/random.js';
import {AddressWatch} from '../../io/net/address-watch.js';
import {hostFamilies} from '../../io/net/host-families.js';
import {MseTransport} from '../../io/net/mse/mse-transport.js';
import {makeSockets, type Sockets} from '../../io/net/sockets.js';
import type {Transport} from '../../io/net/transport.js';
import {UdpTrackerClient} from '../../io/net/udp-tracker-client.js';
import type {PathRegistry} from '../../io/ownership/path-registry.js';
import {RateLimiter} from '../../policy/rates/rate-limiter.js';
import {IncomingConnections} from '../peers/incoming-connections.js';
import {ourHandshake} from '../peers/our-handshake.js';
import {makePeerId} from '../peers/peer-id.js';
import {WriteBatch} from '../peers/write-batch.js';
import {ExternalAddress} from '../sources/external-address.js';
import {ServerSlots} from '../sources/web-seeds/server-slots.js';
import type {ConnectionSlots} from '../swarm/connection-slots.js';
import {Uploader} from '../transfer/uploader.js';
import type {BlockBudget} from './block-budget.js';
import {Blocklist} from './blocklist.js';
import {makeCheckMutex} from './check-mutex.js';
import {composeDht} from './compose-dht.js';
import {composeLsd} from './compose-lsd.js';
import {composePortMapper} from './compose-port-mapper.js';
import {composeTransport} from './compose-transport.js';
import {InterfaceBinding} from './interface-binding.js';
import {LateService} from './late-service.js';
import {PortFollower} from './port-follower.js';
import {ProxyWatch} from './proxy-watch.js';
import type {SeedRulesHolder} from './seed-rules-holder.js';
import type {SessionOptions} from './session-options.js';
import type {SessionService} from './session-service.js';
import type {SessionServices} from './session-services.js';
import type {TorrentIndex} from './torrent-index.js';
import {TorrentMarks} from './torrent-marks.js';

/** What the torrents of a session share, and who of it lives by itself. */
export interface SharedParts {
	readonly shared: SessionServices;
	/** Listens on another port, and tells everybody. Rejects with a `UserError` when it cannot be had; nothing changes then. */
	movePort(port: number): Promise<void>;
	/** Undefined when there is none. */
	readonly blocklist: Blocklist | undefined;
	/** Those that speak to other machines, in the order in which they start. */
	readonly services: readonly SessionService[];
	/** Lets go of the sockets, at once. */
	closeSockets(): void;
}

function composeSockets(options: SessionOptions, clock: Clock, log: SessionServices['log']): Sockets {
	return {
		...makeSockets({
			clock,
			bind: options.bind,
			interface: options.interface,
			dnsServers: options.dnsServers,
			stubs: servers =>
				log(
					'warn',
					`names are asked of ${servers.join(', ')} on this machine, which may ask others by any interface: name a server with --dns-server`,
				),
			proxy: options.proxy,
			log,
			userAgent: `tortui/${options.version}`,
			udpTaken: port =>
				log('warn', `UDP port ${port} is taken: trackers are asked over UDP from another one`),
		}),
		...options.sockets,
	};
}

/** Streams to peers as they are spoken to: hidden from others, unless that is off. */
function encrypting(below: Transport, {options, clock, torrents}: Grounds, random: Random): Transport {
	const {encryption = 'off'} = options;
	if (encryption === 'off') return below;
	const {sha1} = hashFunctions;
	const marks = new TorrentMarks(torrents, sha1);
	return new MseTransport(below, {policy: encryption, clock, random, sha1, find: mark => marks.find(mark)});
}

/** What it stands on. */
export interface Grounds {
	readonly options: SessionOptions;
	readonly clock: Clock;
	readonly disk: Disk;
	readonly pool: BlockPool;
	readonly paths: PathRegistry;
	readonly torrents: TorrentIndex;
	readonly slots: ConnectionSlots;
	readonly budget: BlockBudget;
	readonly seedRules: SeedRulesHolder;
	/** How many may be here that have not said which torrent they want. */
	readonly halfOpen: number;
	readonly log: SessionServices['log'];
	limitsChanged(): void;
}

/** What all torrents share, and who lets peers in to them. */
export function composeShared(grounds: Grounds): SharedParts {
	const {options, clock, slots, budget, torrents, log} = grounds;
	const {version} = options;
	const random = options.random ?? machineRandom;
	const sockets = composeSockets(options, clock, log);
	const {udp, http, resolver, local, filter} = sockets;
	const udpTrackers = new UdpTrackerClient({clock, random, udp, local, lookUp: resolver.lookUp});
	const {proxy} = sockets;
	const bound = sockets.bound ?? local;
	// Behind a proxy nobody may hear of the addresses of this machine.
	const ownHosts = () => (proxy === undefined ? addresses.hosts : []);
	const externalAddress: ExternalAddress = new ExternalAddress(ownHosts, log);
	const addresses = new AddressWatch(bound, hosts => {
		log('debug', `this machine has other addresses: ${hosts.join(', ') || 'none'}`);
		externalAddress.machineChanged();
		dht?.addressesChanged();
		localDiscovery?.networkChanged();
		mapper?.addressesChanged();
		for (const torrent of torrents.values()) torrent.content?.webSeeds.networkChanged(clock.now());
	});
	const binding = new InterfaceBinding({
		clock,
		local: bound,
		torrents,
		listenAgain: () => incoming.listenAgain(),
		addressesChanged: () => addresses.look(),
		log,
	});
	let peerIds = 0;
	const mapper = composePortMapper(
		options,
		sockets,
		{clock, random, externalAddress, torrents, port: () => incoming.port},
		log,
	);
	const dht = composeDht(
		options,
		sockets,
		{clock, random, externalAddress, port: () => incoming.port, ownHosts},
		family => mapper?.externalPort(family, 'tcp'),
		log,
	);
	const proxyWatch =
		proxy &&
		new ProxyWatch({
			proxy,
			clock,
			isBack() {
				dht?.addressesChanged();
				for (const torrent of torrents.values()) {
					torrent.post({type: 'reconnect'});
					torrent.post({type: 'announce', done: () => {}});
				}
			},
		});
	const cutOff = () => bound.gone ?? proxyWatch?.cutOff;
	const mayMeet = () => cutOff() === undefined && blocklist?.awaited === undefined;
	const localDiscovery = composeLsd(options, local, {clock, random, port: () => incoming.port}, log);
	const shared: SessionServices = {
		dht,
		localDiscovery,
		lsdOff: proxy && options.lsd ? 'it goes through no proxy' : undefined,
		exchangesPeers: options.pex !== false,
		punches: options.utp === true && sockets.proxy === undefined,
		clock,
		random,
		transport: encrypting(composeTransport(options, sockets, clock, random), grounds, random),
		pool: grounds.pool,
		disk: grounds.disk,
		paths: grounds.paths,
		allocatesFully: options.allocation === 'full',
		http,
		resolver,
		filter,
		cutOff: () => cutOff() ?? blocklist?.awaited,
		hostFamilies: host => hostFamilies(host, resolver.lookUp, local),
		udpTrackers,
		webSeeds: {clock, dialer: sockets.ranges, slots: new ServerSlots(() => blocklist?.awaited !== undefined)},
		localTrackers: options.localTrackers,
		seedRules: grounds.seedRules,
		writeBatch: new WriteBatch(clock),
		uploader: new Uploader(clock),
		router: {
			route: (peer, infoHash) => {
				const torrent = torrents.get(toHex(infoHash));
				if (!torrent?.swarm.accept(peer)) return undefined;
				incoming.forget(peer);
				return torrent.messages;
			},
			halfOpenClosed: peer => incoming.forget(peer),
		},
		peerId: makePeerId(version, random),
		key: new DataView(random.bytes(4).buffer).getUint32(0),
		encryption: options.encryption,
		client: `tortui ${version}`,
		log,
		port: () => incoming.port,
		portFor: (host, transport) => mapper?.portFor(host, transport) ?? incoming.port,
		get ownHosts() {
			return ownHosts();
		},
		externalAddress,
		nextPeerId: () => peerIds++,
		slots: {
			// Who cannot be reached is not to blame.
			mayDial: held => mayMeet() && slots.mayDial(held),
			mayAccept: (held, isNew) => slots.mayAccept(held, isNew),
			ended: () => slots.ended(),
		},
		downloadLimiter: new RateLimiter(),
		uploadLimiter: new RateLimiter(),
		limitsChanged: () => grounds.limitsChanged(),
		budget,
		checkTurn: makeCheckMutex(),
	};
	const where = {
		...options,
		gone: () => bound.gone,
		waits: bound.watched !== undefined,
		blocks: (host: string) => blocklist?.awaited !== undefined || filter.blocks(host),
	};
	const incoming = new IncomingConnections(shared, where, udp, grounds.halfOpen, (infoHash, isV1OfTwo) =>
		ourHandshake(infoHash, isV1OfTwo, shared),
	);
	const movePort = async (port: number): Promise<void> => {
		// Nobody comes in through a proxy.
		if (port === incoming.port || proxy !== undefined) return;
		await incoming.moveTo(port);
		externalAddress.machineChanged();
		localDiscovery?.portChanged();
		mapper?.addressesChanged();
		binding.announce();
	};
	filter.subscribe(() => {
		incoming.letGoOfBlocked();
		for (const {swarm, content} of torrents.values()) {
			swarm.letGoOfBlocked();
			// Some may have been waiting for their address alone.
			content?.webSeeds.networkChanged(clock.now());
		}
	});
	const blocklist =
		options.blocklist === undefined
			? undefined
			: new Blocklist({
					source: options.blocklist,
					filter,
					files: new BlocklistFiles(options.stateDir, options.blocklistBeside),
					http,
					clock,
					cutOff,
					log,
				});
	const {portFile, othersAfter} = options;
	const late = (service: SessionService): SessionService =>
		othersAfter === undefined
			? service
			: new LateService(service, clock, othersAfter, ({message}) => log('error', message));
	const follower =
		portFile &&
		proxy === undefined &&
		new PortFollower({
			path: portFile,
			read: () => readPortFile(portFile),
			port: () => incoming.port,
			moveTo: movePort,
			log,
		});
	return {
		shared,
		movePort,
		blocklist,
		services: [
			blocklist,
			incoming,
			follower || undefined,
			binding,
			addresses,
			proxyWatch,
			...[mapper, dht, localDiscovery].map(service => service && late(service)),
		].filter(service => service !== undefined),
		closeSockets() {
			udpTrackers.close();
			udp.close();
		},
	};
}
