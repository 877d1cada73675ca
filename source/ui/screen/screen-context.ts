import type {Command, Reply} from '../../api/command.js';
import type {EngineClient} from '../../api/engine-client.js';
import type {Clock} from '../../base/ports.js';
import type {KeyRecord} from '../keys/key-record.js';
import type {Layout} from '../look/layout.js';
import type {Dialog} from '../model/dialog.js';
import type {FolderLook} from '../model/folder-look.js';
import type {ConfigFile, FullPreferences} from '../model/preferences.js';
import type {ScreenState} from '../model/store.js';
import type {Notice, View} from '../model/view.js';
import type {Look} from '../present/context.js';
import type {DrawingCost} from '../terminal/frame-stream.js';

/** How somebody left the screen: with the downloads going on, stopping them, or because the engine or terminal went away. */
export interface Leaving {
	readonly how: 'detach' | 'stop' | 'lost';
	readonly message?: string;
}

/** A program that plays URLs. */
export interface UrlPlayer {
	readonly name: string;
	play(urls: readonly string[], failed: (why: string) => void): void;
}

/** What actions may do: everything a key can cause goes through here. */
export interface ScreenContext {
	readonly client: EngineClient;
	readonly clock: Clock;
	readonly look: Look;
	readonly version: string;
	/** Whether downloads go on when the screen is left. */
	readonly detachable: boolean;
	/** Whether the engine goes on when the screen is left, also with nothing at work. */
	readonly stays: boolean;
	/** Whether somebody looks in from elsewhere, such as a browser: leaving never ends the engine, and there is no shell. */
	readonly visiting: boolean;
	state(): ScreenState;
	layout(): Layout;
	/** Every command: those of keys, with a person's own ones, and those that are only typed. */
	keys(): readonly KeyRecord<ScreenContext>[];
	setView(change: Partial<View>): void;
	setDialog(dialog: Dialog | undefined): void;
	setPreferences(change: Partial<FullPreferences>): void;
	say(text: string, level?: Notice['level']): void;
	/** Sends a command; what goes wrong is said to the person. `done` is said when it worked. */
	send(command: Command, done?: string | ((reply: Reply) => void)): void;
	/** Runs a command by its name, or says why it does nothing now. */
	run(name: string, argument: string, key: string): void;
	copy(text: string): void;
	redraw(): void;
	/** What is drawn next answers a key. */
	urgent(): void;
	suspend(): void;
	leave(leaving: Leaving): void;
	/** The person's config file, where there is one to write. */
	readonly config: ConfigFile | undefined;
	/** A path in full: from the home folder for `~`, from the current one for others. */
	fullPath(path: string): string;
	/** The paths of what is there that begin like one, as it was typed; folders end with `/`. Absent where nobody can look. */
	readonly completePath?: ((path: string) => Promise<readonly string[]>) | undefined;
	/** What a folder looks like that is typed so, as far as it is known by now: it is asked, and drawn when it is. */
	readonly folderLook: (path: string) => FolderLook | undefined;
	/** Writes a file that was not there, whose bytes are `base64`; absent where there is no way to. */
	readonly saveFile?: ((path: string, base64: string) => Promise<void>) | undefined;
	/** Opens a finished file; absent where there is no way to. */
	readonly openFile?: ((path: string) => void) | undefined;
	/** A program that plays URLs, before the person who looks; absent where there is none. `failed` is told why not, in words. */
	readonly player?: UrlPlayer | undefined;
	/** How somebody at the other end of an SSH line has a URL of this machine lead there: a line for a shell. */
	readonly forwardAdvice?: ((url: string) => string | undefined) | undefined;
	cost(): DrawingCost;
}
