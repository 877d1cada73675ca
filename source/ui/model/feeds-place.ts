/** The parts of the Feeds view, in the order in which Tab goes through them; each is a list of that name. */
export const feedParts = ['feeds', 'items', 'rules'] as const;

export type FeedPart = (typeof feedParts)[number];
