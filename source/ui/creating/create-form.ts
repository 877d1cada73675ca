import type {CreationOptions} from '../../api/creation.js';
import {parseSize} from '../../base/quantities.js';
import {type FormField, formValues} from '../forms/form.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLink} from '../text/pasted-links.js';
import {field} from '../text/text-field.js';

/** The dialog that makes a torrent. */
export interface CreateDialog {
	readonly kind: 'create';
	readonly fields: readonly FormField[];
	/** The field that has the keys. */
	readonly at: number;
	readonly problem?: string | undefined;
	/** The ways in which the path that is typed could go on, after Tab. */
	readonly ways?: readonly string[] | undefined;
	/** It is being looked what is there, after Tab. */
	readonly looking?: true | undefined;
	/** It was sent, and its files are being looked for. */
	readonly sent?: true | undefined;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		create: CreateDialog;
	}
}

const versions = {v1: '1', v2: '2', hybrid: 'hybrid'} as const;
const seeds = 'write and seed it';

/** The fields of the dialog, as they are at first. */
export function createFields(path: string): readonly FormField[] {
	return [
		{
			kind: 'text',
			name: 'path',
			label: 'of',
			hint: 'a file or folder; Tab completes',
			value: field(path),
			path: true,
		},
		{
			kind: 'choice',
			name: 'version',
			label: 'kind',
			hint: 'v1: every client reads it',
			options: Object.keys(versions),
			at: 0,
		},
		{
			kind: 'text',
			name: 'pieces',
			label: 'pieces of',
			hint: '16K to 128M; chosen when empty',
			value: field(),
		},
		{
			kind: 'text',
			name: 'trackers',
			label: 'trackers',
			hint: 'URLs with spaces between them; "," joins one tier',
			value: field(),
		},
		{
			kind: 'choice',
			name: 'private',
			label: 'private',
			options: ['no', 'yes'],
			at: 0,
			hint: 'peers from its trackers only',
		},
		{kind: 'text', name: 'source', label: 'source', hint: 'makes the info-hash another one', value: field()},
		{kind: 'text', name: 'comment', label: 'comment', value: field()},
		{
			kind: 'text',
			name: 'output',
			label: 'write to',
			hint: 'a file; beside what it is made of when empty',
			value: field(),
			path: true,
		},
		{kind: 'choice', name: 'then', label: 'then', options: [seeds, 'write it only'], at: 0},
	];
}

type Values = Readonly<Record<string, string>>;

/** The tiers in a text: spaces between them, commas in them. Undefined where something is no URL of a tracker. */
function readTiers(text: string): readonly (readonly string[])[] | undefined {
	const tiers = text
		.split(/\s+/)
		.map(tier => tier.split(',').filter(url => url !== ''))
		.filter(tier => tier.length > 0);
	return tiers.flat().every(url => /^(?:https?|udp):\/\/[^/\s]/i.test(url)) ? tiers : undefined;
}

function readOptions(values: Values): CreationOptions | string {
	const text = (name: string) => (values[name] ?? '').trim();
	const pieceLength = text('pieces') === '' ? undefined : parseSize(text('pieces'));
	if (text('pieces') !== '' && pieceLength === undefined) return 'A piece length is written 512K or 4M.';
	const trackers = readTiers(text('trackers'));
	if (trackers === undefined) return 'A tracker is written http://…, https://… or udp://…';
	const isPrivate = values['private'] === 'yes';
	if (isPrivate && trackers.length === 0)
		return 'Private, and without a tracker, nobody would find anybody: name one.';
	const version = versions[(values['version'] ?? 'v1') as keyof typeof versions];
	return {
		...(version !== '1' && {version}),
		...(pieceLength !== undefined && {pieceLength}),
		...(trackers.length > 0 && {trackers}),
		...(isPrivate && {private: true}),
		...(text('source') !== '' && {source: text('source')}),
		...(text('comment') !== '' && {comment: text('comment')}),
	};
}

/** Has the engine make the torrent; shows how far it is once its files were found, or what is wrong. */
export function submit(screen: ScreenContext, dialog: CreateDialog): void {
	const values = formValues(dialog.fields);
	const path = pastedLink(values['path'] ?? '');
	const output = (values['output'] ?? '').trim();
	const options = path === '' ? 'Name a file or folder.' : readOptions(values);
	if (typeof options === 'string') return screen.setDialog({...dialog, problem: options, ways: undefined});
	const sent: CreateDialog = {...dialog, problem: undefined, ways: undefined, sent: true};
	screen.setDialog(sent);
	const isOpen = () => screen.state().view.dialog === sent;
	screen.client
		.send({
			type: 'torrent.create',
			path: withoutSlash(screen.fullPath(path)),
			...(output !== '' && {output: screen.fullPath(pastedLink(output))}),
			...(values['then'] === seeds && {seed: true}),
			options,
		})
		.then(
			({creation}) => {
				if (creation === undefined) return;
				if (isOpen()) screen.setDialog({kind: 'creation', id: creation});
			},
			(error: unknown) => {
				const problem = error instanceof Error ? error.message : String(error);
				if (isOpen()) screen.setDialog({...sent, sent: undefined, problem});
				else screen.say(problem, 'error');
			},
		);
}

function withoutSlash(path: string): string {
	return path.replace(/(?<=.)\/+$/, '');
}
