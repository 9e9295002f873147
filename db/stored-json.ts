// JSON that jobs and imports keep, and that the service's own thread reads again: never longer than what is read in a
// moment, whatever file an import was about.

/** Most characters of what a job hands back, or an import says that it did. */
export const RESULT_MAX = 131_072
/** Most characters of what a job is given. */
export const PAYLOAD_MAX = 262_144

/** As it is kept. A value that is longer than `RESULT_MAX` is not: the job's message, which is short, says how it ended. */
export function storedResult (value: unknown): string {
  const json = JSON.stringify(value ?? null)
  return json.length > RESULT_MAX ? 'null' : json
}

/** What was kept; null: nothing, or something that is too long to have come from `storedResult`. */
export function readResult (json: string | null): unknown {
  return json === null || json.length > RESULT_MAX ? null : JSON.parse(json) as unknown
}

/** As it is kept. Throws where it is longer than `PAYLOAD_MAX`: that is a bug of the caller, who bounds what people give. */
export function storedPayload (value: unknown): string {
  const json = JSON.stringify(value)
  if (json.length > PAYLOAD_MAX) throw new Error(`a job is given ${json.length} characters, more than ${PAYLOAD_MAX}`)
  return json
}
