import {parseRate} from '../../base/quantities.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {field} from '../text/text-field.js';
import {type FormField, formValues} from './form.js';
import {limitField, readLimit} from './limit-field.js';

const usualSlow = '50K';
const always = 'always';
const hint = '500K, 2M; empty for none';

/** What the config file says; nothing when it cannot be read, which whoever started the screen has been told. */
function configOf(screen: ScreenContext): Readonly<Record<string, unknown>> {
	try {
		return screen.config?.read() ?? {};
	} catch {
		return {};
	}
}

/** A field for each limit: the usual ones, and those of slow mode. */
function limitFields(screen: ScreenContext): readonly FormField[] {
	const {session} = screen.state().model;
	const config = configOf(screen);
	const slowNow = session?.slowMode ?? false;
	const entry = (
		name: string,
		label: string,
		isNow: boolean,
		which: 'maxDownload' | 'maxUpload',
		setting: string,
		standard: string,
	): FormField => {
		const limits = isNow ? session : session?.otherMode;
		if (limits || isNow) return limitField(name, label, limits?.[which], hint);
		const text = config[setting] === undefined ? standard : String(config[setting]);
		return {kind: 'text', name, label, hint, value: field(text)};
	};
	return [
		entry('down', 'download', !slowNow, 'maxDownload', 'max-download', ''),
		entry('up', 'upload', !slowNow, 'maxUpload', 'max-upload', ''),
		entry('slowDown', 'slow mode download', slowNow, 'maxDownload', 'slow-download', usualSlow),
		entry('slowUp', 'slow mode upload', slowNow, 'maxUpload', 'slow-upload', usualSlow),
	];
}

type Values = Readonly<Record<string, string>>;

/** Writes the limits to the config file; answers why that failed. */
function keep(screen: ScreenContext, values: Values): string | undefined {
	const text = (name: string) => (values[name] ?? '').trim();
	try {
		screen.config?.write({
			'max-download': text('down') || undefined,
			'max-upload': text('up') || undefined,
			'slow-download': text('slowDown') || 'none',
			'slow-upload': text('slowUp') || 'none',
		});
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

/** Sets what was chosen: all of it for good, or for now what differs from what was shown. */
function submit(screen: ScreenContext, values: Values, shown: Values): string | undefined {
	const read = (name: string) => readLimit(values[name], parseRate);
	const [down, up, slowDown, slowUp] = [read('down'), read('up'), read('slowDown'), read('slowUp')];
	if (down === undefined || up === undefined || slowDown === undefined || slowUp === undefined)
		return 'A speed is written 500K or 2M.';
	const isKept = values['keep'] === always;
	const problem = isKept ? keep(screen, values) : undefined;
	if (problem !== undefined) return problem;
	// What was not touched is not chosen; and what is shown is rounded.
	const isNew = (name: string) => isKept || values[name] !== shown[name];
	const send = (
		mode: 'normal' | 'slow',
		[nameDown, maxDownload]: readonly [string, number | null],
		[nameUp, maxUpload]: readonly [string, number | null],
	) => {
		const change = {...(isNew(nameDown) && {maxDownload}), ...(isNew(nameUp) && {maxUpload})};
		if (Object.keys(change).length > 0) screen.send({type: 'session.limits', mode, ...change});
	};
	send('normal', ['down', down], ['up', up]);
	send('slow', ['slowDown', slowDown], ['slowUp', slowUp]);
	return undefined;
}

/** The form for the limits of all torrents together: the usual ones, and those of slow mode. */
export function openSessionLimits(screen: ScreenContext): void {
	const limits = limitFields(screen);
	const shown = formValues(limits);
	const keeping: FormField[] = screen.config
		? [
				{
					kind: 'choice',
					name: 'keep',
					label: 'holds',
					options: ['until it is changed', always],
					at: 0,
					hint: `always: written to ${screen.config.path}`,
				},
			]
		: [];
	screen.setDialog({
		kind: 'form',
		title: 'Limits of all torrents together',
		fields: [...limits, ...keeping],
		at: 0,
		submit: values => submit(screen, values, shown),
	});
}
