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
