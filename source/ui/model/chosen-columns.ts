import {type SizeClass, sizeClass} from '../look/layout.js';
import type {ListName} from './view.js';

/** A column that somebody chose: its id, and how wide they want it; as wide as it is by itself when left out. */
export interface ChosenColumn {
	readonly id: string;
	readonly width?: number;
}

/** What somebody chose of columns, by class of sizes and list. */
export type ChosenColumns = Readonly<
	Partial<Record<SizeClass, Readonly<Partial<Record<ListName, readonly ChosenColumn[]>>>>>
>;

/** What is remembered, and the size of the terminal. */
interface SizedPreferences {
	readonly preferences: {readonly columns: ChosenColumns};
	readonly columns: number;
	readonly rows: number;
}

/** Columns nobody would want wider. */
const widest = 200;

function isColumn(value: unknown): value is ChosenColumn {
	if (typeof value !== 'object' || value === null) return false;
	const {id, width} = value as Partial<ChosenColumn>;
	return (
		typeof id === 'string' &&
		(width === undefined || (Number.isInteger(width) && width > 0 && width <= widest))
	);
}

/** The columns somebody chose for a list on a terminal of this size; undefined where it is as it comes. */
export function chosenColumns(
	{preferences, columns, rows}: SizedPreferences,
	list: ListName,
): readonly ChosenColumn[] | undefined {
	const chosen: unknown = preferences.columns[sizeClass(columns, rows)]?.[list];
	// The file may hold anything.
	return Array.isArray(chosen) && chosen.length > 0 && chosen.every(isColumn) ? chosen : undefined;
}
