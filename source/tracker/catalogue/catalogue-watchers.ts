import type {Clock, Timer} from '../../base/ports.js';
import {networkOf} from '../../policy/tracker/host-table.js';
import type {CatalogueEvent} from '../../protocol/catalogue/answers.js';
import {eventText, heartbeat} from '../../protocol/catalogue/event-stream.js';
import {type HttpAnswer, HttpRefusal, type HttpStream} from '../http/http-route.js';

const most = 200;
const mostOfNetwork = 20;
/** So that proxies and gateways do not take the line for dead. */
const heartbeatTime = 20_000;
/** Events of so long go out together. */
const gatherTime = 100;
/** More of them in that time are not told one by one: whoever watches looks anew. */
const mostGathered = 500;

/** Those who want to hear at once what happens in a catalogue. Who does not keep up is let go of. */
export class CatalogueWatchers {
	readonly #clock: Clock;
	/** With the network that each comes from. */
	readonly #streams = new Map<HttpStream, string>();
	#gathered: CatalogueEvent[] = [];
	#isGathering = false;
	#heartbeat: Timer | undefined;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	get count(): number {
		return this.#streams.size;
	}

	/** The answer to whoever wants to watch. @throws {HttpRefusal} when too many do */
	admit(host: string): HttpAnswer {
		const network = networkOf(host);
		const neighbours = [...this.#streams.values()].filter(other => other === network).length;
		if (this.#streams.size >= most || neighbours >= mostOfNetwork)
			throw new HttpRefusal(503, 'too many watch already', {'Retry-After': '60'});
		return {
			status: 200,
			type: 'text/event-stream; charset=utf-8',
			body: heartbeat,
			stream: stream => {
				this.#streams.set(stream, network);
				stream.onClose(() => this.#streams.delete(stream));
				this.#heartbeat ??= this.#clock.after(heartbeatTime, () => this.#beat());
			},
		};
	}

	tell(event: CatalogueEvent): void {
		if (this.#streams.size === 0) return;
		if (this.#gathered.length <= mostGathered) this.#gathered.push(event);
		if (this.#isGathering) return;
		this.#isGathering = true;
		this.#clock.after(gatherTime, () => this.#send());
	}

	close(): void {
		this.#heartbeat?.clear();
		for (const stream of this.#streams.keys()) stream.end();
		this.#streams.clear();
	}

	#send(): void {
		this.#isGathering = false;
		const gathered = this.#gathered;
		this.#gathered = [];
		const told: CatalogueEvent[] = gathered.length > mostGathered ? [{type: 'many'}] : gathered;
		this.#write(told.map(event => eventText(JSON.stringify(event))).join(''));
	}

	#beat(): void {
		this.#heartbeat = undefined;
		this.#write(heartbeat);
		if (this.#streams.size > 0) this.#heartbeat = this.#clock.after(heartbeatTime, () => this.#beat());
	}

	#write(text: string): void {
		for (const stream of [...this.#streams.keys()]) if (!stream.write(text)) this.#streams.delete(stream);
	}
}
