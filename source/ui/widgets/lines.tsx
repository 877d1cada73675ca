import {Box, Text} from 'ink';
import {memo, type ReactNode} from 'react';
import type {Rect} from '../layout.js';

const Line = memo(function Line({text}: {readonly text: string}): ReactNode {
	return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
});

/** Coloured lines at a place on the screen: one text a row, equal rows are not drawn again. */
export const Lines = memo(function Lines({
	area,
	lines,
}: {
	readonly area: Rect;
	readonly lines: readonly string[];
}): ReactNode {
	return (
		<Box
			position="absolute"
			left={area.x}
			top={area.y}
			width={area.columns}
			height={area.rows}
			flexDirection="column"
		>
			{lines.map((text, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its index
				<Line key={index} text={text} />
			))}
		</Box>
	);
});
