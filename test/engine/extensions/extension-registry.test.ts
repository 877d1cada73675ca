import assert from 'node:assert/strict';
import test from 'node:test';
import {ExtensionRegistry} from '../../../source/engine/extensions/extension-registry.ts';
import {ExtensionState} from '../../../source/engine/extensions/extension-state.ts';
import type {ExtensionPeer, PeerExtension} from '../../../source/engine/extensions/peer-extension.ts';
import {makeExtensions} from '../../../source/engine/extensions/torrent-extensions.ts';
import type {PexTorrent} from '../../../source/engine/extensions/ut-pex.js';
import {type Bencodable, encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {
	decodeExtensionHandshake,
	readExtensionNumber,
} from '../../../source/protocol/wire/extension-handshake.ts';

/** A peer that keeps what is said to it and what is held against it. */
class NotedPeer implements ExtensionPeer {
	readonly id: number;
	readonly address;
	readonly incoming = true;
	readonly now = 0;
	isClosed = false;
	supportsExtended = true;
	backlog = 0;
	readonly extensions = new ExtensionState();
	readonly heard: Array<readonly [id: number, payload: Uint8Array]> = [];
	readonly noted: string[] = [];

	constructor(id: number) {
		this.id = id;
		this.address = {host: `198.51.100.${id}`, port: 6881};
	}

	sendExtended(id: number, payload: Uint8Array): void {
		this.heard.push([id, payload]);
	}
	takesRequests(count: number): void {
		this.noted.push(`takes ${count}`);
	}
	lacks(piece: number): void {
		this.noted.push(`lacks ${piece}`);
	}
	strike(): void {
		this.noted.push('strike');
	}
	redundantMessage(cost = 1): void {
		this.noted.push(`idle ${cost}`);
	}
	askedInVain(): void {
		this.noted.push('in vain');
	}
	close(): void {
		this.isClosed = true;
	}

	/** The numbers of the newest handshake it heard. */
	numbers(...names: string[]): Array<number | undefined> {
		const newest = this.heard.filter(([id]) => id === 0).at(-1);
		assert.ok(newest !== undefined, 'nobody has greeted it');
		const handshake = decodeExtensionHandshake(newest[1]);
		return names.map(name => readExtensionNumber(handshake, name));
	}
}

class NotedTorrent implements PexTorrent {
	readonly punches = false;
	isOwn(): boolean {
		return false;
	}
	punch(): void {}
	readonly exchanges = true;
	info: Uint8Array | undefined = new Uint8Array(100);
	isPrivate = false;
	uploadOnly = false;
	readonly peers: NotedPeer[] = [];
	readonly noted: string[] = [];

	isSeed(): boolean {
		return false;
	}
	found(): void {}
	peerListens(peer: ExtensionPeer, port: number): void {
		this.noted.push(`${peer.id} listens on ${port}`);
	}
}

/** Tells peers who else has come and gone, once a minute, never those of a private torrent: as an exchange of peers does. */
class WhoIsHere implements PeerExtension {
	readonly name = 'who_is_here';
	readonly id = 77;
	readonly #torrent: NotedTorrent;
	readonly #came = new Set<ExtensionPeer>();
	readonly #went = new Set<ExtensionPeer>();
	#toldAt = 0;

	constructor(torrent: NotedTorrent) {
		this.#torrent = torrent;
	}

	get offered(): boolean {
		return !this.#torrent.isPrivate;
	}

	newNotes(): {asked: number} {
		return {asked: 0};
	}

	joined(peer: ExtensionPeer): void {
		this.#came.add(peer);
	}

	left(peer: ExtensionPeer): void {
		if (!this.#came.delete(peer)) this.#went.add(peer);
	}

	tick(now: number): void {
		if (now - this.#toldAt < 60_000) return;
		this.#toldAt = now;
		const news = {added: [...this.#came].map(({id}) => id), dropped: [...this.#went].map(({id}) => id)};
		this.#came.clear();
		this.#went.clear();
		for (const peer of this.#torrent.peers) {
			const number = peer.extensions.numberOf(this.name);
			if (number !== undefined) peer.sendExtended(number, encodeBencode(news));
		}
	}

	message(peer: ExtensionPeer): void {
		peer.extensions.notes(this).asked++;
	}
}

const handshake = (fields: Bencodable): Uint8Array => encodeBencode(fields);

function meet(torrent: NotedTorrent, registry: ExtensionRegistry, id: number): NotedPeer {
	const peer = new NotedPeer(id);
	torrent.peers.push(peer);
	registry.joined(peer);
	return peer;
}

const ours = {client: 'tortui 1', reqq: 2000, port: () => 6881};

test('an extension knows who comes and goes, and speaks by the number that each peer gave it', () => {
	const torrent = new NotedTorrent();
	const extension = new WhoIsHere(torrent);
	const registry = new ExtensionRegistry(torrent, [extension], []);
	const [one, two, three] = [1, 2, 3].map(id => meet(torrent, registry, id)) as [
		NotedPeer,
		NotedPeer,
		NotedPeer,
	];
	assert.deepEqual(one.numbers('who_is_here'), [77]);
	registry.message(one, 0, handshake({m: {who_is_here: 9}}));
	registry.tick(60_000);
	const said = (peer: NotedPeer) => peer.heard.splice(0).filter(([id]) => id > 0);
	assert.deepEqual(
		said(one).map(([id, payload]) => [id, Buffer.from(payload).toString()]),
		[[9, 'd5:addedli1ei2ei3ee7:droppedlee']],
	);
	assert.deepEqual(said(two), []);
	registry.left(two);
	registry.tick(90_000);
	assert.deepEqual(said(one), []);
	registry.tick(120_000);
	assert.equal(Buffer.from(said(one)[0]![1]).toString(), 'd5:addedle7:droppedli2eee');
	for (let times = 0; times < 3; times++) registry.message(three, 77, new Uint8Array(0));
	assert.equal(three.extensions.notes(extension).asked, 3);
	assert.equal(one.extensions.notesOf(extension), undefined);
});

test('one that had not come does not leave', () => {
	const torrent = new NotedTorrent();
	const registry = new ExtensionRegistry(torrent, [new WhoIsHere(torrent)], []);
	const one = meet(torrent, registry, 1);
	registry.message(one, 0, handshake({m: {who_is_here: 9}}));
	registry.left(new NotedPeer(2));
	registry.tick(60_000);
	assert.equal(Buffer.from(one.heard.at(-1)![1]).toString(), 'd5:addedli1ee7:droppedlee');
});

test('what is not offered is not greeted for, and costs who sends it all the same', () => {
	const torrent = new NotedTorrent();
	torrent.isPrivate = true;
	const extension = new WhoIsHere(torrent);
	const registry = new ExtensionRegistry(torrent, [extension], []);
	const peer = meet(torrent, registry, 1);
	assert.deepEqual(peer.numbers('who_is_here'), [undefined]);
	registry.message(peer, 77, new Uint8Array(8192));
	registry.message(peer, 5, new Uint8Array(0));
	assert.deepEqual(peer.noted, ['idle 3', 'idle 1']);
	assert.equal(peer.extensions.notesOf(extension), undefined);
});

test('a handshake that is one too many is not read', () => {
	const torrent = new NotedTorrent();
	const registry = new ExtensionRegistry(torrent, [new WhoIsHere(torrent)], []);
	const peer = meet(torrent, registry, 1);
	peer.redundantMessage = () => peer.close();
	registry.message(peer, 0, handshake({m: {who_is_here: 9}}));
	assert.equal(peer.extensions.numberOf('who_is_here'), undefined);
	assert.deepEqual(torrent.noted, []);
});

test('peers hear when something is offered no more, or again', () => {
	const torrent = new NotedTorrent();
	const registry = new ExtensionRegistry(torrent, [new WhoIsHere(torrent)], []);
	const peer = meet(torrent, registry, 1);
	const plain = new NotedPeer(2);
	plain.supportsExtended = false;
	torrent.peers.push(plain);
	torrent.isPrivate = true;
	registry.greetAgain();
	assert.deepEqual(peer.numbers('who_is_here'), [0]);
	torrent.isPrivate = false;
	registry.greetAgain();
	assert.deepEqual(peer.numbers('who_is_here'), [77]);
	assert.deepEqual(plain.heard, []);
});

test('a later handshake adds to those before it, and 0 takes a number back', () => {
	const torrent = new NotedTorrent();
	const {registry} = makeExtensions(torrent, ours, () => {});
	const peer = meet(torrent, registry, 1);
	const {extensions} = peer;
	const told = () => [
		...['ut_metadata', 'lt_donthave', 'upload_only'].map(name => extensions.numberOf(name)),
		extensions.client,
		extensions.uploadOnly,
	];
	registry.message(peer, 0, handshake({m: {ut_metadata: 2, upload_only: 3}, v: 'one', upload_only: 1}));
	assert.deepEqual(told(), [2, undefined, 3, 'one', true]);
	registry.message(peer, 0, handshake({m: {lt_donthave: 7}}));
	assert.deepEqual(told(), [2, 7, 3, 'one', true]);
	registry.message(peer, 0, handshake({m: {ut_metadata: 0, upload_only: 300}, v: 'two', upload_only: 0}));
	assert.deepEqual(told(), [undefined, 7, 3, 'two', false]);
	registry.message(peer, 0, handshake({}));
	assert.deepEqual(told(), [undefined, 7, 3, 'two', false]);
});

test('what a peer says of its program goes where it is used', () => {
	const torrent = new NotedTorrent();
	const {registry} = makeExtensions(torrent, ours, () => {});
	const peer = meet(torrent, registry, 1);
	registry.message(peer, 0, handshake({p: 7000, reqq: 250}));
	assert.deepEqual(peer.noted.slice(1), ['takes 250']);
	assert.deepEqual(torrent.noted, ['1 listens on 7000']);
	registry.message(peer, 3, Uint8Array.of(0, 0, 0, 9));
	registry.message(peer, 3, Uint8Array.of(0, 0, 9));
	assert.deepEqual(peer.noted.slice(2), ['idle 1', 'lacks 9', 'idle 1']);
});

test('who offers upload_only hears when everything wanted is here, by its own number', () => {
	const torrent = new NotedTorrent();
	const {registry} = makeExtensions(torrent, ours, () => {});
	const [one, two] = [1, 2].map(id => meet(torrent, registry, id)) as [NotedPeer, NotedPeer];
	registry.message(one, 0, handshake({m: {upload_only: 12}}));
	for (const peer of [one, two]) peer.heard.length = 0;
	registry.completed(true);
	registry.completed(false);
	assert.deepEqual(
		one.heard.map(([id, [value]]) => [id, value]),
		[
			[12, 1],
			[12, 0],
		],
	);
	assert.deepEqual(two.heard, []);
	registry.message(one, 4, Uint8Array.of(1));
	assert.equal(one.extensions.uploadOnly, true);
});

test('nobody is given the metadata of a private torrent, nor told how long it is', () => {
	for (const isPrivate of [false, true]) {
		const torrent = new NotedTorrent();
		torrent.isPrivate = isPrivate;
		const {registry} = makeExtensions(torrent, ours, () => {});
		const peer = meet(torrent, registry, 1);
		assert.deepEqual(peer.numbers('ut_metadata'), [isPrivate ? undefined : 1]);
		const size = decodeExtensionHandshake(peer.heard[0]![1]).get('metadata_size')?.number();
		assert.equal(size, isPrivate ? undefined : 100);
		registry.message(peer, 0, handshake({m: {ut_metadata: 8}}));
		peer.heard.length = 0;
		registry.message(peer, 1, encodeBencode({msg_type: 0, piece: 0}));
		assert.equal(peer.heard.length, isPrivate ? 0 : 1);
	}
});

test('each peer is told at which address we see it', () => {
	const torrent = new NotedTorrent();
	const {registry} = makeExtensions(torrent, ours, () => {});
	const peer = meet(torrent, registry, 9);
	const told = decodeExtensionHandshake(peer.heard[0]![1]).get('yourip')?.bytes();
	assert.deepEqual([...told!], [198, 51, 100, 9]);
});

test('what a peer takes our address for is told on, with who said it', () => {
	const torrent = new NotedTorrent();
	const heard: string[] = [];
	const {registry} = makeExtensions(torrent, ours, (host, from) => heard.push(`${from} sees ${host}`));
	const peer = meet(torrent, registry, 9);
	for (const yourip of [
		Uint8Array.of(203, 0, 113, 7),
		Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
		Uint8Array.of(1, 2, 3),
		'203.0.113.7',
	])
		registry.message(peer, 0, handshake({yourip}));
	registry.message(peer, 0, handshake({}));
	assert.deepEqual(heard, ['198.51.100.9 sees 203.0.113.7', '198.51.100.9 sees 2001:db8::1']);
});
