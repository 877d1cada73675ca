import {pastedWords} from '../actions/network.js';
import {openAddMany} from '../adding/add-many.js';
import type {Dialog} from '../model/dialog.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLinks} from '../text/pasted-links.js';
import {kindOf} from './dialog-kinds.js';

/** Handles a key while a dialog is open. */
export function dialogKey(screen: ScreenContext, dialog: Dialog, key: string): void {
	kindOf(dialog).key(screen, dialog, key);
}

/** Handles text that was pasted: into the field being edited, or as torrents to add. */
export function pasted(screen: ScreenContext, text: string): void {
	const {dialog} = screen.state().view;
	const kind = dialog && kindOf(dialog);
	if (dialog && kind?.paste) return kind.paste(screen, dialog, text);
	if (!dialog && pastedWords(screen, text)) return;
	const links = pastedLinks(text);
	if (links.length > 1) openAddMany(screen, links);
	else if (links[0] !== undefined) screen.run('add', links[0], '');
}
