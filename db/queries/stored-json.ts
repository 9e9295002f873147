// JSON that jobs and imports store and that the main thread reads again. Its length is bounded, so that
// reading it is quick for any imported file.

/** Most characters of a job's result or an import's summary. */
const RESULT_MAX = 131_072
/** Most characters of a job's payload. */
const PAYLOAD_MAX = 262_144

/**
 * The JSON to store; null for a value longer than `RESULT_MAX`. The job's short message still says how it
 * ended.
 */
export function storedResult (value: unknown): string {
  const json = JSON.stringify(value ?? null)
  return json.length > RESULT_MAX ? 'null' : json
}

/** Whether `storedResult` keeps the value. */
export function fitsResult (value: unknown): boolean { return JSON.stringify(value).length <= RESULT_MAX }

/** The stored value; null if there is none, or if it is too long to have come from `storedResult`. */
export function readResult (json: string | null): unknown {
  return json === null || json.length > RESULT_MAX ? null : JSON.parse(json) as unknown
}

/** The JSON to store. Throws if it is longer than `PAYLOAD_MAX`: the caller must bound what people send. */
export function storedPayload (value: unknown): string {
  const json = JSON.stringify(value)
  if (json.length > PAYLOAD_MAX) {
    throw new Error(`a job is given ${json.length} characters, more than ${PAYLOAD_MAX}`)
  }
  return json
}
