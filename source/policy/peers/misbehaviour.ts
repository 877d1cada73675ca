import type {Millis} from '../../base/units.js';
import type {PeerKey} from './peer-key.js';

/** So many times anybody may break the protocol … */
const tolerated = 3;
/** … before there has been peace for so long. */
const forgivenAfter: Millis = 900_000;
const mostRemembered = 10_000;

/** Who has broken the protocol how often: whoever does it again and again is not dealt with for a while. */
export class Misbehaviour {
	/** The one whose last offence is longest ago comes first. */
	readonly #offenders = new Map<PeerKey, {count: number; at: Millis}>();

	add(key: PeerKey, now: Millis): void {
		const former = this.#offenders.get(key);
		const count = former !== undefined && now - former.at < forgivenAfter ? former.count + 1 : 1;
		this.#offenders.delete(key);
		this.#offenders.set(key, {count, at: now});
		if (this.#offenders.size <= mostRemembered) return;
		for (const oldest of this.#offenders.keys()) {
			this.#offenders.delete(oldest);
			return;
		}
	}

	tooMany(key: PeerKey, now: Millis): boolean {
		const known = this.#offenders.get(key);
		return known !== undefined && known.count >= tolerated && now - known.at < forgivenAfter;
	}
}
