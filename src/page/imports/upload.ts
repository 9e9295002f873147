import { addressOf, ApiError } from '../api.ts'

interface Upload<T> {
  answer: Promise<T>
  /** Stops the upload. The answer then rejects with `UPLOAD_STOPPED`. */
  stop: () => void
}

/**
 * Sends a form. Calls `onProgress` with the fraction that is sent, which `fetch` cannot do. The answer
 * rejects with ApiError.
 */
export function upload<T> (path: string, form: FormData, onProgress: (sent: number) => void): Upload<T> {
  const request = new XMLHttpRequest()
  const answer = new Promise<T>((resolve, reject) => {
    request.open('POST', addressOf(path))
    request.responseType = 'text'
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable && total > 0) onProgress(loaded / total)
    }
    request.onabort = () => {
      reject(new ApiError('UPLOAD_STOPPED', ''))
    }
    request.onerror = () => {
      reject(new ApiError('NO_ANSWER', 'The server is not responding.'))
    }
    request.onload = () => {
      const said = parsed(request.responseText)
      if (request.status >= 200 && request.status < 300 && said !== undefined) {
        resolve(said as T)
        return
      }
      // A refusal by a proxy is not JSON. Most often the file is too large.
      const {
        code = request.status === 413 ? 'BODY_TOO_LARGE' : 'NO_ANSWER',
        message = `The server answered ${request.status}.`,
      } = (said ?? {}) as { code?: string, message?: string }
      reject(new ApiError(code, message, request.status))
    }
    request.send(form)
  })
  return {
    answer,
    stop: () => {
      request.abort()
    },
  }
}

function parsed (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
