import type {Options} from './command.js';

/** `maxDownload` -> `max-download` */
export function optionName(key: string): string {
	return key.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

/** What `--help` shows for an option: `--max-download`, `--no-dht`. */
export function optionLabel(key: string, options: Options): string {
	return `--${options[key]?.kind === 'off' ? 'no-' : ''}${optionName(key)}`;
}
