/** Thrown by a function that gets rows, to end the reading of a file early. The caller catches it. */
export class Enough extends Error {}
