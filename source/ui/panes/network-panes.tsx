import {memo, type ReactNode} from 'react';
import {foundColumns, type NetworkFacts, peopleColumns, sharedColumns} from '../columns/network-columns.js';
import {idsHere, shownFound, shownPeople, shownShared} from '../model/network-lists.js';
import type {ListName} from '../model/view.js';
import {foundNote, nothingFound, sharedNote} from '../present/network.js';
import {nameText} from '../text/text.js';
import {ListPane} from './list-pane.js';
import type {PaneProps} from './pane-props.js';
import {sameList} from './same-list.js';

const minute = 60_000;

/** Whether a pane of the Network view would look the same: ages are told by the minute. */
function same(
	list: ListName,
	sections: (props: PaneProps) => readonly unknown[],
): (before: PaneProps, after: PaneProps) => boolean {
	return sameList(list, props => [Math.floor(props.wall / minute), ...sections(props)]);
}

function factsOf({area, look, wall, state}: PaneProps): NetworkFacts {
	const {network} = state.model;
	return {
		columns: area.columns,
		look,
		wall,
		nick: network && network.shared.length > 0 ? network.nick : undefined,
		here: idsHere(state),
		several: (network?.catalogues.length ?? 0) > 1,
	};
}

/** What others share, as it was looked for. */
export const FoundPane = memo(
	function FoundPane(props: PaneProps): ReactNode {
		const {person} = props.state.view.network;
		return (
			<ListPane
				props={props}
				list="found"
				title={person === undefined ? 'Found' : `Shared by ${nameText(person)}`}
				note={foundNote(props.state)}
				items={shownFound(props.state)}
				columns={foundColumns}
				facts={factsOf(props)}
				empty={nothingFound(props.state)}
			/>
		);
	},
	same('found', ({state}) => [state.model.found, state.view.network, state.model.network, idsHere(state)]),
);

/** Who is here. */
export const PeoplePane = memo(
	function PeoplePane(props: PaneProps): ReactNode {
		const people = shownPeople(props.state);
		return (
			<ListPane
				props={props}
				list="people"
				title="People"
				note={`${people.length} here`}
				items={people}
				columns={peopleColumns}
				facts={factsOf(props)}
				empty="nobody is here"
			/>
		);
	},
	same('people', ({state: {model}}) => [model.network]),
);

/** What I share, and what goes on in the folders it comes from. */
export const SharedPane = memo(
	function SharedPane(props: PaneProps): ReactNode {
		const items = shownShared(props.state);
		return (
			<ListPane
				props={props}
				list="shared"
				title="I share"
				note={sharedNote(props.state, props.area.columns)}
				items={items}
				columns={sharedColumns}
				facts={{...factsOf(props), notes: items.some(({note}) => note !== '')}}
				empty="nothing yet: Tab, then S shares a folder"
			/>
		);
	},
	same('shared', ({state: {model}}) => [model.network, model.folders, model.torrents]),
);
