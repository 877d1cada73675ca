import {addDialog} from '../adding/add-dialog.js';
import {chooseDialog} from '../adding/choose-dialog.js';
import {createDialog} from '../creating/create-dialog.js';
import {creationDialog} from '../creating/creation-dialog.js';
import {findDialog} from '../finder/find-dialog.js';
import type {Dialog, DialogTypes} from '../model/dialog.js';
import {askDialog} from './ask-dialog.js';
import {columnsDialog} from './columns-dialog.js';
import {detailsDialog} from './details-dialog.js';
import {dhtDialog} from './dht-dialog.js';
import type {DialogKind} from './dialog-kind.js';
import {factsDialog} from './facts-dialog.js';
import {formDialog} from './form-dialog.js';
import {groupDialog} from './group-dialog.js';
import {helpDialog} from './help-dialog.js';
import {inspectionDialog} from './inspection-dialog.js';
import {lineDialog} from './line-dialog.js';
import {logDialog} from './log-dialog.js';
import {peerDialog} from './peer-dialog.js';
import {quitDialog} from './quit-dialog.js';
import {settingsDialog} from './settings-dialog.js';
import {sortDialog} from './sort-dialog.js';
import {streamDialog} from './stream-dialog.js';
import {weekDialog} from './week-dialog.js';

/** Every kind of dialogs. */
const dialogKinds: {readonly [Name in keyof DialogTypes]: DialogKind<DialogTypes[Name]>} = {
	add: addDialog,
	ask: askDialog,
	choose: chooseDialog,
	create: createDialog,
	creation: creationDialog,
	details: detailsDialog,
	dht: dhtDialog,
	facts: factsDialog,
	find: findDialog,
	form: formDialog,
	group: groupDialog,
	columns: columnsDialog,
	help: helpDialog,
	inspection: inspectionDialog,
	line: lineDialog,
	logLine: logDialog,
	peer: peerDialog,
	quit: quitDialog,
	settings: settingsDialog,
	sort: sortDialog,
	stream: streamDialog,
	week: weekDialog,
};

/** The kind of a dialog. */
export function kindOf({kind}: Dialog): DialogKind<Dialog> {
	return dialogKinds[kind] as DialogKind<Dialog>;
}
