/** What one check of `perfbook doctor` found. */
export interface Finding {
  check: string
  ok: boolean
  /** One sentence. */
  message: string
  /** What to do about a problem. */
  advice: string | null
}

export function fine (check: string, message: string): Finding {
  return { check, ok: true, message, advice: null }
}

export function problem (check: string, message: string, advice: string): Finding {
  return { check, ok: false, message, advice }
}
