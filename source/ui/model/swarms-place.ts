/** The parts of the Swarms view, in the order in which Tab goes through them; each is a list of that name. */
export const swarmParts = ['everyPeer', 'everyTracker'] as const;

export type SwarmPart = (typeof swarmParts)[number];
