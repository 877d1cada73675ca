import type {ComponentType} from 'react';
import type {PaneName} from '../look/layout.js';
import {FilesPane, LogPane, PeersPane, TrackersPane} from './list-panes.js';
import type {PaneProps} from './pane-props.js';
import {PiecesPane} from './pieces-pane.js';
import {SpeedPane} from './speed-pane.js';

/** The panes of a torrent, by their names. */
export const panes: Readonly<Record<PaneName, ComponentType<PaneProps>>> = {
	pieces: PiecesPane,
	speed: SpeedPane,
	peers: PeersPane,
	trackers: TrackersPane,
	files: FilesPane,
	log: LogPane,
};
