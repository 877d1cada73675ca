import {type FrameName, frames} from '../look/glyphs.js';
import {themes} from '../look/themes.js';
import type {ScreenContext} from '../screen/screen-context.js';

/** The names of all themes. */
export const themeNames = Object.keys(themes);
/** The names of all frames. */
export const frameNames = Object.keys(frames) as FrameName[];

/** Takes the theme that is named, or the next one. */
export function setTheme(screen: ScreenContext, name: string): void {
	if (name !== '' && !themeNames.includes(name)) {
		screen.say(`There is no theme “${name}”: ${themeNames.join(', ')}.`, 'warn');
		return;
	}
	const at = themeNames.indexOf(screen.state().preferences.theme);
	const theme = name || (themeNames[(at + 1) % themeNames.length] ?? 'tortui');
	screen.setPreferences({theme});
	screen.say(`Theme ${theme}: ${themes[theme]?.about ?? ''}.`);
}

/** Takes the frames that are named, or the next ones. */
export function setFrames(screen: ScreenContext, name: string): void {
	const at = frameNames.indexOf(screen.state().preferences.frames);
	const chosen = frameNames.find(each => each === name) ?? frameNames[(at + 1) % frameNames.length];
	if (chosen) screen.setPreferences({frames: chosen});
}
