/** Texts of the history pages. */
export const historyText = {};
