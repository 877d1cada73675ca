/** The dialogs there are, by their kinds. Each file of dialogs adds its own to this. */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled from elsewhere, so that a dialog is one file
export interface DialogTypes {}

/** What lies over the panes and takes the keys. */
export type Dialog = DialogTypes[keyof DialogTypes];
