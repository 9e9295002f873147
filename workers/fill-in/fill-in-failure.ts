/** Why a table cannot be filled in: a sentence that a person can act on. */
export class FillInFailure extends Error {}
