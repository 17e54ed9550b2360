/** Texts of the rules pages. */
export const rulesText = {};
