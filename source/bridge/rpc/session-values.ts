import type {EngineSettings} from '../../api/command.js';
import type {EngineClient} from '../../api/engine-client.js';
import type {SessionView} from '../../api/snapshot.js';
import type {SlowTime} from '../../base/slow-time.js';

/** What an engine goes by now. */
export async function engineSettings(engine: EngineClient): Promise<EngineSettings> {
	return (await engine.send({type: 'session.configure', settings: {}})).settings ?? {};
}

/** What there is to see of the whole engine now. */
export function sessionView(engine: EngineClient): Promise<SessionView> {
	return new Promise((resolve, reject) => {
		const watching = engine.watch({interval: 1000, session: true}, ({session}) => {
			if (session === undefined) return;
			watching.stop();
			resolve(session);
		});
		void engine.closed.then(reject);
	});
}

/** What Transmission goes by when nobody has said anything else. */
export const usualRatio = 2;
export const usualIdleMinutes = 30;

/** What is wanted of all torrents that have no goal of their own. */
export async function usualGoal(
	engine: EngineClient,
): Promise<{readonly ratio: number; readonly idleMinutes: number}> {
	const {ratio, idle} = (await engineSettings(engine)).seedRules?.all ?? {};
	return {
		ratio: typeof ratio === 'number' ? ratio : usualRatio,
		idleMinutes: typeof idle === 'number' ? Math.round(idle / 60) : usualIdleMinutes,
	};
}

/** Days as bits, from Sunday on, as the days of the week that the engine counts from Monday on. */
export function daysOf(bits: number): number[] {
	return [0, 1, 2, 3, 4, 5, 6].filter(day => (bits & (1 << ((day + 1) % 7))) !== 0);
}

/** And back. */
export function bitsOf({days}: Pick<SlowTime, 'days'>): number {
	return days.reduce((bits, day) => bits | (1 << ((day + 1) % 7)), 0);
}
