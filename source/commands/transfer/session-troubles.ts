import type {EngineClient, Watching} from '../../api/engine-client.js';

/**
 * Tells what is wrong with the engine itself where nobody looks at its log: a blocklist that keeps nobody away. Each sentence
 * once.
 */
export function followTroubles(engine: Pick<EngineClient, 'watch'>, tell: (text: string) => void): Watching {
	const told = new Set<string>();
	return engine.watch({interval: 1000, session: true}, ({session}) => {
		const trouble = session?.blocklist?.trouble;
		if (trouble === undefined || told.has(trouble)) return;
		told.add(trouble);
		tell(trouble);
	});
}
