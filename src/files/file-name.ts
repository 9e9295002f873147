/** Most bytes of UTF-8 in a file name: what all file systems and archives carry. */
export const MAX_FILENAME_BYTES = 200

/** Cuts text to at most so many bytes of UTF-8, never inside a character. */
export function cutToBytes (text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text
  let cut = ''
  let size = 0
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    size += Buffer.byteLength(segment)
    if (size > most) break
    cut += segment
  }
  return cut
}
