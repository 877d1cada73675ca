import type {CompanionKind} from '../engine-process/companion.js';

/** The web screen of an engine, with snapshots for scripts and metrics. */
export const webCompanion: CompanionKind = {
	name: 'web',
	options: ['web', 'webBase', 'webHost', 'webPasswordFile'],
	sections: [],
	isWanted: ({flags}) => flags.web !== undefined,
	async readElsewhere({flags}, env) {
		const {webPassword} = await import('./web-password.js');
		return webPassword(flags.webPasswordFile, env);
	},
	async open(ground, {flags}) {
		const {openWebDoor} = await import('./web-door.js');
		const {web = '', ...settings} = flags;
		const door = await openWebDoor(ground, web, settings);
		const text = `the web screen is at ${door.url}; a link to come in: tortui web`;
		await ground.engine.send({type: 'session.log', level: 'info', text}).catch(() => {});
		if (!door.isLocal) {
			const warning =
				'what the web screen sends over the network is not encrypted: put a proxy with TLS before it';
			await ground.engine.send({type: 'session.log', level: 'warn', text: warning}).catch(() => {});
		}
		return door;
	},
};
