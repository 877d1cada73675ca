import {UserError} from '../../base/errors.js';
import {toHex} from '../../base/hex.js';
import type {Random} from '../../base/ports.js';
import {hashFunctions} from '../../io/machine/hash-functions.js';
import type {NetworkIdentity, NetworkStore} from '../../io/state/network-store.js';
import {asNick, nickRule} from '../../protocol/catalogue/nick.js';

const keyLength = 16;
const utf8 = new TextEncoder();
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Who one is in the catalogues of trackers: a nickname, and a key for each of them that no other can make. */
export class Nickname {
	readonly #store: NetworkStore;
	readonly #configured: string | undefined;
	#identity: NetworkIdentity;

	/** @param configured what the config file or the command line says */
	constructor(store: NetworkStore, configured: string | undefined, random: Random) {
		this.#store = store;
		this.#configured = configured;
		this.#identity = {secret: toHex(random.bytes(32))};
	}

	/** Takes up who one was. */
	async load(): Promise<void> {
		const known = await this.#store.load();
		if (known !== undefined) this.#identity = known;
	}

	/** What one is called. A name chosen while the engine ran holds until another one is configured. */
	get nick(): string {
		const {nick, over, secret} = this.#identity;
		if (nick !== undefined && over === this.#configured) return nick;
		return this.#configured ?? `guest-${toHex(hashFunctions.sha256(utf8.encode(secret))).slice(0, 6)}`;
	}

	/** Whether somebody has chosen it. */
	get isChosen(): boolean {
		return this.#configured !== undefined || this.#identity.nick !== undefined;
	}

	/** From now on one is called this. @throws {UserError} when that is no nickname */
	choose(text: string): void {
		const nick = asNick(text);
		if (nick === undefined) throw new UserError('bad-nick', nickRule, 2);
		this.#identity = {secret: this.#identity.secret, nick, over: this.#configured};
		void this.keep();
	}

	/** Sees that one is known by the same key next time. */
	keep(): Promise<void> {
		return this.#store.save(this.#identity);
	}

	/** The key for a catalogue: 22 letters of base64url, which tell nothing of those for others. */
	keyFor(base: string): string {
		const digest = hashFunctions.sha256(utf8.encode(`${this.#identity.secret} ${base}`));
		return base64UrlOf(digest.subarray(0, keyLength));
	}
}

function base64UrlOf(bytes: Uint8Array): string {
	let text = '';
	for (let at = 0; at < bytes.length; at += 3) {
		const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
		for (let shift = 18; shift >= 0; shift -= 6) text += base64url[(group >> shift) & 63];
	}
	return text.slice(0, Math.ceil((bytes.length * 8) / 6));
}
