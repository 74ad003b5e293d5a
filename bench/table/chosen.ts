/** Index of the row that "select" and "remove" are about. */
export const CHOSEN = 5;
