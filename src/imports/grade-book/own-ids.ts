// Ids for what a grade book file adds to a course that may have tasks and people of other sources.

/** A source id that no roster has. */
export function ownId (system: string, id: string): string { return `${system}:${id}` }

/** The first id that fits, of the system's own and some that no roster has. Undefined: none fits. */
export function firstId (system: string, id: string, fits: (id: string) => boolean): string | undefined {
  const own = ownId(system, id)
  return [id, own, `${own} ‹2›`, `${own} ‹3›`].find(fits)
}
