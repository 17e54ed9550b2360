/** Texts of the flag pages. */
export const flagText = {};
