import type {ListName} from '../model/view.js';
import type {PaneProps} from './pane-props.js';

/** Whether a list pane would look the same: `sections` are what it shows besides its list. */
export function sameList(
	list: ListName,
	sections: (props: PaneProps) => readonly unknown[],
): (before: PaneProps, after: PaneProps) => boolean {
	return (before, after) => {
		const earlier = sections(before);
		return (
			before.area === after.area &&
			before.focused === after.focused &&
			before.painter === after.painter &&
			before.state.preferences === after.state.preferences &&
			before.state.view.lists[list] === after.state.view.lists[list] &&
			sections(after).every((value, index) => value === earlier[index])
		);
	};
}
