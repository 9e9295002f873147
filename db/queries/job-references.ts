// The `reference` of an import or an undo that a job made. Those of commands have other references, or none.

/** Names the import or undo of the job with this id. */
export function referenceOfJob (jobId: number): string {
  return `job-${jobId}`
}

/** The id of the job that a reference names; undefined: it names none. */
export function jobOfReference (reference: string | null): number | undefined {
  const id = /^job-(\d+)$/.exec(reference ?? '')?.[1]
  return id === undefined ? undefined : Number(id)
}
