import { addressOf, ApiError } from '../api.ts'

/** Starts the download of a file. The response is an attachment, so the page stays open. */
export function download (url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = ''
  link.hidden = true
  document.body.append(link)
  link.click()
  link.remove()
}

/** The name of a file, from its address. */
export function nameOf (url: string): string {
  return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '')
}

/** Downloads what the API answers as a table. Throws ApiError. */
export async function downloadTable (path: string, filename: string): Promise<void> {
  const response = await fetch(addressOf(path), { headers: { accept: 'text/csv' } }).catch(() => {
    throw new ApiError('NO_ANSWER', 'The server is not responding.')
  })
  if (!response.ok) {
    throw new ApiError('NO_ANSWER', `The server answered ${response.status}.`, response.status)
  }
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = filename
  link.click()
  // The download has begun by then.
  setTimeout(() => {
    URL.revokeObjectURL(url)
  }, 60_000)
}
