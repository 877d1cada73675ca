import type {DetailName} from '../../api/torrent-details.js';
import type {RpcArguments} from './rpc-arguments.js';
import type {Dialect} from './rpc-dialects.js';
import {RpcError} from './rpc-error.js';
import type {RpcGround} from './rpc-ground.js';
import {olderFieldName, todaysName, withOlderNames} from './rpc-names.js';
import {isRecent} from './rpc-torrents.js';
import {usualGoal} from './session-values.js';
import {type FieldGround, fieldTorrent, torrentField} from './torrent-fields.js';

/** What was asked for of each torrent, under the names under which it is told. */
function readFields(args: RpcArguments, dialect: Dialect) {
	const fields = new Map<string, NonNullable<ReturnType<typeof torrentField>>>();
	const wanted = args.raw('fields');
	for (const name of Array.isArray(wanted) ? wanted : []) {
		if (typeof name !== 'string') continue;
		const today = todaysName(name);
		const field = torrentField(today);
		// Whoever spells it in a way of its own looks for it there.
		if (field !== undefined) fields.set(dialect === 'today' ? today : spelling(name, today), field);
	}
	if (fields.size === 0) throw new RpcError('params', 'no fields specified');
	return [...fields];
}

function spelling(name: string, today: string): string {
	const older = olderFieldName(today);
	return name === today && older !== today ? older : name;
}

/** `torrent_get`: fields of torrents, as objects or as a table. */
export async function getTorrents(
	args: RpcArguments,
	ground: RpcGround,
	dialect: Dialect,
): Promise<Readonly<Record<string, unknown>>> {
	const fields = readFields(args, dialect);
	const needs = new Set(fields.flatMap(([, {needs}]): DetailName[] => (needs === undefined ? [] : [needs])));
	const ids = args.ids;
	const [torrents, goal] = await Promise.all([
		ground.torrents.chosen(ids, [...needs]),
		fields.some(([name]) => /seed.*limit/i.test(name)) ? usualGoal(ground.engine) : undefined,
	]);
	const fieldGround: FieldGround = {
		stateDir: ground.stateDir,
		numbered: details => ground.trackers.numbered(details),
		isOlder: dialect === 'older',
		usualRatio: goal?.ratio ?? 0,
		usualIdleMinutes: goal?.idleMinutes ?? 0,
	};
	const isTable = args.raw('format') === 'table';
	const rows = torrents.map(torrent => {
		const whole = fieldTorrent(torrent);
		const values = fields.map(([, field]) => {
			const value = field.value(whole, fieldGround);
			return field.isDeep && dialect === 'older' ? withOlderNames(value) : value;
		});
		return isTable ? values : Object.fromEntries(fields.map(([name], index) => [name, values[index]]));
	});
	return {
		...(isRecent(ids) && {removed: ground.torrents.removed()}),
		torrents: isTable ? [fields.map(([name]) => name), ...rows] : rows,
	};
}
