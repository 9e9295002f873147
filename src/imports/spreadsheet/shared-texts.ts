// The texts that the cells of a workbook share. A large workbook has millions of them, so they are kept in a
// scratch database on the disk.
import { openScratch } from '../../../db/sqlite/staging/staging.ts'
import { importError } from '../error-messages.ts'
import { Refusal } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { unescapedText } from './cell-text.ts'
import { readXml } from './xml-part.ts'

export interface SharedTexts {
  /** The text with this number, from 0; undefined if there is none. */
  text: (number: number) => string | undefined
  close: () => void
}

/** Most characters of a cell. Excel ends at 32,767, Google Sheets at 50,000. */
export const CELL_TEXT_MAX = 100_000
/** Most shared texts of a workbook: as many as the largest grade book has cells. */
const TEXTS_MAX = 20_000_000
/** Most texts that are remembered, and most characters of one. */
const CACHED_MAX = 4096
const CACHED_LENGTH_MAX = 200

interface SharedTextsOptions {
  /** The workbook, as errors name it. */
  file: string
  /** A new file. It is removed by `close`. */
  scratchFile: string
  onBlock: (bytes: number) => void
}

/** Reads all shared texts of a workbook. Throws Refusal. */
export async function readSharedTexts (
  part: SourceFile, { file, scratchFile, onBlock }: SharedTextsOptions
): Promise<SharedTexts> {
  const { sqlite, close } = openScratch(scratchFile)
  try {
    sqlite.exec('CREATE TABLE texts (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT')
    sqlite.exec('BEGIN')
    const insert = sqlite.prepare('INSERT INTO texts VALUES (?, ?)')
    let count = 0
    const collector = textCollector(file)
    await readXml(part, {
      open: collector.open,
      text: collector.text,
      close (name) {
        if (name !== 'si') return collector.close(name)
        if (count === TEXTS_MAX) {
          throw new Refusal({ file }, importError('many_texts', { most: TEXTS_MAX }))
        }
        insert.run(count++, collector.take())
        return undefined
      },
    }, { file, onBlock })
    sqlite.exec('COMMIT')
  } catch (error) {
    close()
    throw error
  }
  const find = sqlite.prepare<[number], string>('SELECT text FROM texts WHERE number = ?').pluck()
  const cache = new Map<number, string>()
  return {
    text (number) {
      const cached = cache.get(number)
      if (cached !== undefined) return cached
      const text = find.get(number)
      if (text !== undefined && text.length <= CACHED_LENGTH_MAX) {
        if (cache.size === CACHED_MAX) cache.clear()
        cache.set(number, text)
      }
      return text
    },
    close,
  }
}

/**
 * Collects the text of an element that has elements `t`, rich text included. Phonetic hints are left out.
 * Throws Refusal if it is too long or has a NUL.
 */
export function textCollector (file: string): {
  open: (name: string) => void
  text: (piece: string) => void
  close: (name: string) => undefined
  take: () => string
} {
  let collected = ''
  let isInText = false
  let isPhonetic = false
  return {
    open (name) {
      if (name === 't') isInText = !isPhonetic
      else if (name === 'rPh') isPhonetic = true
    },
    text (piece) {
      if (!isInText) return
      collected += piece
      if (collected.length > CELL_TEXT_MAX) throw tooLongText(file)
    },
    close (name) {
      if (name === 't') isInText = false
      else if (name === 'rPh') isPhonetic = false
      return undefined
    },
    take () {
      const text = unescapedText(collected)
      collected = ''
      if (text.includes('\0')) throw new Refusal({ file }, importError('nul'))
      return text
    },
  }
}

/** The error for a cell whose text is too long. */
export function tooLongText (file: string): Refusal {
  return new Refusal({ file }, importError('long_cell', { most: CELL_TEXT_MAX }))
}
