import {type Instance, render} from 'ink';
import type {Painter} from '../look/paint.js';
import type {Store} from '../model/store.js';
import type {ScreenContext} from '../screen/screen-context.js';
import type {TerminalInput} from '../terminal/filtered-input.js';
import type {FrameStream, TerminalOutput} from '../terminal/frame-stream.js';
import {App} from './app.js';
import {CrashGuard} from './crash-guard.js';
import {SpokenApp} from './spoken-app.js';

/** What a screen is drawn with. */
export interface Drawing {
	readonly input: TerminalInput;
	readonly stdout: TerminalOutput;
	readonly frames: FrameStream;
	readonly painter: (theme: string) => Painter;
	/** Whether a screen reader is told in lines what there is, instead of a picture. */
	readonly spoken: boolean;
	/** A component has failed. */
	readonly crashed: (error: Error) => void;
}

/** Draws a screen from now on, until it is unmounted. */
export function renderScreen(
	screen: ScreenContext,
	store: Store,
	{input, stdout, frames, painter, spoken, crashed}: Drawing,
): Instance {
	const output = (spoken ? stdout : frames) as unknown as NodeJS.WriteStream;
	return render(
		<CrashGuard crashed={crashed}>
			{spoken ? (
				<SpokenApp screen={screen} store={store} />
			) : (
				<App screen={screen} store={store} painter={painter} canvas={frames.canvas} />
			)}
		</CrashGuard>,
		{
			stdout: output,
			stdin: input as unknown as NodeJS.ReadStream,
			stderr: output,
			interactive: true,
			// The stream finds out itself what changed, cell by cell.
			incrementalRendering: false,
			exitOnCtrlC: false,
			patchConsole: false,
			maxFps: 30,
			isScreenReaderEnabled: spoken,
		},
	);
}
