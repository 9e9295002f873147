// Source ids for what a grade book file adds to a course that may have tasks and people of other sources.

/** A source id with the prefix of its system, which no roster has: `canvas:7`. */
export function prefixedId (system: string, id: string): string { return `${system}:${id}` }

/** The first id that fits: the system's own id, else prefixed ones. Undefined if none fits. */
export function firstFittingId (
  system: string, id: string, fits: (id: string) => boolean
): string | undefined {
  const prefixed = prefixedId(system, id)
  return [id, prefixed, `${prefixed} ‹2›`, `${prefixed} ‹3›`].find(fits)
}
