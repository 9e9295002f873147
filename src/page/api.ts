/** The service refused a request or did not answer (`NO_ANSWER`). */
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  /** `Retry-After`, in seconds. */
  readonly retryAfter: number | undefined

  constructor (code: string, message: string, status = 0, retryAfter?: number) {
    super(message)
    this.code = code
    this.status = status
    this.retryAfter = retryAfter
  }
}

/** Whether another attempt may succeed: not if the service has refused, or what was requested is gone. */
export function mayTryAgain (error: unknown): boolean {
  if (!(error instanceof ApiError)) return true
  return error.status < 400 || error.status === 429 || error.status >= 500
}

type Listener = () => void
const signedOut = new Set<Listener>()
/**
 * The server's clock minus this machine's clock, ms: a wrong clock here must not change "two minutes ago".
 */
let clockOffset = 0

/** Calls `listener` when an answer says that the user is signed out. Returns a function that stops it. */
export function onSignedOut (listener: Listener): () => void {
  signedOut.add(listener)
  return () => {
    signedOut.delete(listener)
  }
}

/** The time by the server's clock, ms since 1970. */
export function serverNow (): number {
  return Date.now() + clockOffset
}

/**
 * The address of an API path such as `api/…`. The page is at the root of the service, below its path prefix.
 */
export function addressOf (path: string): string {
  return new URL(path, document.baseURI).href
}

interface CallOptions {
  body?: unknown
  signal?: AbortSignal
}

/** Sends a request to the API and returns its answer. Throws ApiError. */
export async function call<T> (
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  options: CallOptions = {}
): Promise<T> {
  return await answerOf<T>(await send(method, path, options))
}

/** Asks for something that was read before with this entity tag. Undefined: it has not changed since. */
export async function callIfChanged<T> (
  path: string,
  etag: string | undefined,
  options: CallOptions = {}
): Promise<{ value: T, etag: string } | undefined> {
  const response = await send('GET', path, options, etag === undefined ? {} : { 'if-none-match': etag })
  if (response.status === 304) return undefined
  return { value: await answerOf<T>(response), etag: response.headers.get('etag') ?? '' }
}

async function send (
  method: string,
  path: string,
  { body, signal }: CallOptions,
  headers: Record<string, string> = {}
): Promise<Response> {
  let response: Response
  try {
    response = await fetch(addressOf(path), {
      method,
      signal: signal ?? null,
      credentials: 'same-origin',
      ...(body === undefined
        ? { headers }
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw new ApiError('NO_ANSWER', 'The server is not responding.')
  }
  const date = Date.parse(response.headers.get('date') ?? '')
  // The header has whole seconds, so a small difference is ignored.
  if (!Number.isNaN(date)) clockOffset = Math.abs(date - Date.now()) < 5000 ? 0 : date - Date.now()
  return response
}

async function answerOf<T> (response: Response): Promise<T> {
  if (response.status === 204) return undefined as T
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok && answer !== undefined) return answer as T
  const { code = 'NO_ANSWER', message = `The server answered ${response.status}.` } = (answer ?? {}) as {
    code?: string,
    message?: string,
  }
  if (code === 'UNAUTHENTICATED') {
    for (const listener of signedOut) listener()
  }
  const seconds = Number(response.headers.get('retry-after') ?? undefined)
  throw new ApiError(code, message, response.status, Number.isNaN(seconds) ? undefined : seconds)
}
