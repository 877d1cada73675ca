import {createHash, timingSafeEqual} from 'node:crypto';
import type {Clock} from '../../base/ports.js';
import {MessageBudget} from '../../policy/peers/message-budget.js';
import {FloodGuard} from '../../policy/tracker/flood-guard.js';
import {networkOf} from '../../policy/tracker/host-table.js';
import {HttpRefusal, type HttpRequest} from '../http/http-route.js';

/** What a tracker wants to see before it takes part in something; undefined where everybody may. */
export interface CatalogueTokens {
	readonly publish?: string | undefined;
	readonly search?: string | undefined;
}

/** What a host may ask in ten seconds: whoever is on this machine, too. */
const window = 10_000;
const searches = 50;
const looks = 300;
const writes = 150;
/** … and all together in one. */
const all = {usual: 300, burst: 1000};
const patience = {'Retry-After': '10'};
const keyForm = /^Bearer ([\w.~+/-]{22,200}={0,2})$/i;

/** Who may ask what of a catalogue, and how often. */
export class CatalogueAccess {
	readonly #clock: Clock;
	readonly #tokens: CatalogueTokens;
	readonly #searches = new FloodGuard(searches, window);
	readonly #looks = new FloodGuard(looks, window);
	readonly #writes = new FloodGuard(writes, window);
	readonly #all: MessageBudget;

	constructor(clock: Clock, tokens: CatalogueTokens) {
		this.#clock = clock;
		this.#tokens = tokens;
		this.#all = new MessageBudget(clock.now(), all);
	}

	/** For what a token is wanted. */
	get wanted(): {readonly publish: boolean; readonly search: boolean} {
		return {publish: this.#tokens.publish !== undefined, search: this.#tokens.search !== undefined};
	}

	/** Lets whoever searches pass. @throws {HttpRefusal} */
	requireSearcher(request: HttpRequest): void {
		this.#requirePace(request, this.#searches, `no more than ${searches} searches in 10 s`);
		this.#requireToken(request, this.#tokens.search, 'search');
	}

	/** Lets whoever looks at something else pass. @throws {HttpRefusal} */
	requireReader(request: HttpRequest): void {
		this.#requirePace(request, this.#looks, `no more than ${looks} requests in 10 s`);
		this.#requireToken(request, this.#tokens.search, 'search');
	}

	/** Lets whoever writes pass; answers what their key is known by. @throws {HttpRefusal} */
	requireWriter(request: HttpRequest): string {
		this.#requirePace(request, this.#writes, `no more than ${writes} changes in 10 s`);
		this.#requireToken(request, this.#tokens.publish, 'publish');
		const key = keyForm.exec(request.header('authorization') ?? '')?.[1];
		if (key === undefined)
			throw new HttpRefusal(401, 'a publisher has a key of 128 bits or more: Authorization: Bearer KEY', {
				'WWW-Authenticate': 'Bearer',
			});
		return createHash('sha256').update(key).digest('hex');
	}

	#requirePace({host}: HttpRequest, guard: FloodGuard, rule: string): void {
		const now = this.#clock.now();
		// Who has one address of IPv6 has a /64 of them.
		const isOne = guard.admits(host.includes(':') ? networkOf(host) : host, now);
		if (!isOne) throw new HttpRefusal(429, `too fast: ${rule}`, patience);
		if (!this.#all.spend(now)) throw new HttpRefusal(503, 'busy: ask again in a moment', patience);
	}

	#requireToken(request: HttpRequest, token: string | undefined, what: string): void {
		if (token === undefined || isSame(request.header('x-tortui-token') ?? '', token)) return;
		throw new HttpRefusal(403, `this tracker wants a token to ${what}: X-Tortui-Token`);
	}
}

/** Takes the same time whatever the token is. */
function isSame(told: string, token: string): boolean {
	const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
	return timingSafeEqual(hash(told), hash(token));
}
