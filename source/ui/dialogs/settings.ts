import type {SessionView} from '../../api/snapshot.js';
import {frames} from '../look/glyphs.js';
import {themes} from '../look/themes.js';
import type {FullPreferences} from '../model/preferences.js';
import {groupings} from '../model/torrent-groups.js';
import {graphRanges, rangeName} from '../present/speed.js';
import {rate} from '../text/format.js';

/** A setting: what it is called, what it is now, and how stepping changes it. */
export interface Setting {
	readonly label: string;
	readonly value: string;
	readonly about: string;
	readonly change: (step: 1 | -1) => Partial<FullPreferences>;
	/** The action that changes it, where stepping cannot. */
	readonly action?: string;
}

function stepped<Value>(values: readonly Value[], current: Value, step: 1 | -1): Value {
	const at = values.indexOf(current);
	return values[(at + step + values.length) % values.length] ?? current;
}

function limits(session: SessionView | undefined): string {
	const both = [session?.maxDownload, session?.maxUpload];
	return both.every(limit => limit === undefined)
		? 'none'
		: both.map(limit => (limit === undefined ? 'none' : rate(limit).replace(' ', ''))).join(' / ');
}

/** What the settings screen holds. */
export function settingsList(
	preferences: FullPreferences,
	session?: SessionView | undefined,
): readonly Setting[] {
	const yes = (value: boolean) => (value ? 'yes' : 'no');
	const frameNames = Object.keys(frames) as Array<keyof typeof frames>;
	return [
		{
			label: 'Theme',
			value: preferences.theme,
			about: themes[preferences.theme]?.about ?? '',
			change: step => ({theme: stepped(Object.keys(themes), preferences.theme, step)}),
		},
		{
			label: 'Frames',
			value: preferences.frames,
			about: 'rounded, square, double or ASCII',
			change: step => ({frames: stepped(frameNames, preferences.frames, step)}),
		},
		{
			label: 'Speed graph',
			value: preferences.graphRange === 0 ? 'as it fits' : rangeName(preferences.graphRange),
			about: 'the time it spans',
			change: step => ({
				graphRange: stepped([0, ...graphRanges.map(([seconds]) => seconds)], preferences.graphRange, step),
			}),
		},
		{
			label: 'Bell',
			value: yes(preferences.bell),
			about: 'ring when a torrent is done or fails',
			change: () => ({bell: !preferences.bell}),
		},
		{
			label: 'Notifications',
			value: yes(preferences.notify),
			about: 'on your own desktop, also over SSH (OSC 9)',
			change: () => ({notify: !preferences.notify}),
		},
		{
			label: 'Window title',
			value: yes(preferences.title),
			about: 'progress in the title',
			change: () => ({title: !preferences.title}),
		},
		{
			label: 'Mouse',
			value: yes(preferences.mouse),
			about: 'clicks and the wheel; Shift selects text',
			change: () => ({mouse: !preferences.mouse}),
		},
		{
			label: 'Groups',
			value: preferences.group,
			about: 'by label, state or tracker',
			change: step => ({group: stepped(groupings, preferences.group, step)}),
		},
		{
			label: 'Magnet links',
			value: preferences['magnet-start'] === 'all' ? 'take all' : 'ask',
			about: 'which files to take, when they are known',
			change: () => ({'magnet-start': preferences['magnet-start'] === 'all' ? 'ask' : 'all'}),
		},
		{
			label: 'Limits of all',
			value: session?.slowMode ? 'slow mode' : limits(session),
			about: 'Enter: speeds, also those of slow mode',
			change: () => ({}),
			action: 'session-limits',
		},
	];
}
