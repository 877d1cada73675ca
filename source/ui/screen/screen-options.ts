import type {EngineClient} from '../../api/engine-client.js';
import type {Clock} from '../../base/ports.js';
import type {TerminalEnvironment} from '../look/paint.js';
import type {FolderLook} from '../model/folder-look.js';
import type {PreferenceStore} from '../model/preferences.js';
import type {TerminalInput} from '../terminal/filtered-input.js';
import type {TerminalOutput} from '../terminal/frame-stream.js';
import type {ScreenProcess} from '../terminal/terminal-guard.js';
import type {UrlPlayer} from './screen-context.js';

/** How the screen is to look and where it is shown. The environment comes in as values. */
export interface ScreenOptions {
	/** The torrent to open on; without one, the list of all. */
	readonly torrent?: string | undefined;
	/** Torrents that the person has just added: what is in their way is asked about. */
	readonly added?: readonly string[] | undefined;
	readonly stdout: TerminalOutput;
	readonly stdin: TerminalInput;
	readonly ascii: boolean;
	readonly color: 'auto' | 'always' | 'never';
	readonly theme?: string | undefined;
	/** Whether the terminal tells of the mouse, for this once; as it was chosen when left out. */
	readonly mouse?: boolean | undefined;
	/** Updates a second at most. */
	readonly fps?: number | undefined;
	readonly version: string;
	readonly prefs?: PreferenceStore | undefined;
	readonly env: TerminalEnvironment & {
		/** Whether the terminal is at the other end of an SSH line. */
		readonly ssh: boolean;
		readonly screenReader?: boolean | undefined;
		/** Minutes to take from UTC to get the local time; the system's by default. */
		readonly timezone?: number | undefined;
	};
	/** Said when the screen has opened. */
	readonly greeting?: string | undefined;
	/** Whether downloads go on when the screen is left; yes when left out. */
	readonly detachable?: boolean | undefined;
	/** Whether the engine goes on when the screen is left, also with nothing at work; no when left out. */
	readonly stays?: boolean | undefined;
	/** Whether the engine is somebody else's machine: leaving never ends it, and there is no shell to go back to. */
	readonly visiting?: boolean | undefined;
	/** A path that somebody typed, in full: `~/x` and `x` become absolute. As it is when left out. */
	readonly fullPath?: ((path: string) => string) | undefined;
	/** The paths of what is there that begin like one, as it was typed; folders end with `/`. */
	readonly completePath?: ((path: string) => Promise<readonly string[]>) | undefined;
	/** Looks at a folder where data may go, by its absolute path. */
	readonly lookFolder?: ((path: string) => Promise<FolderLook>) | undefined;
	/** Writes a file that was not there; fails with why, in words, when one is. `base64`: its bytes. */
	readonly saveFile?: ((path: string, base64: string) => Promise<void>) | undefined;
	/** Opens a finished file with its program. */
	readonly openFile?: ((path: string) => void) | undefined;
	/** A program that plays URLs, before the person who looks; absent where there is none. `failed` is told why not, in words. */
	readonly player?: UrlPlayer | undefined;
	/** How somebody at the other end of an SSH line has a URL of this machine lead there: a line for a shell. */
	readonly forwardAdvice?: ((url: string) => string | undefined) | undefined;
	/** Starts the engine again after it has gone, and reaches it. When left out, the screen ends with its engine. */
	readonly revive?: (() => Promise<EngineClient>) | undefined;
	readonly clock?: Clock | undefined;
	readonly process?: ScreenProcess | undefined;
}
