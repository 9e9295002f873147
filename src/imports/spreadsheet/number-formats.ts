// What kind of value a number format shows (ECMA-376, part 1, 18.8.30 and 18.8.31).
import { readXml } from './xml-part.ts'
import type { SourceFile } from '../sources/source-files.ts'

/** How the numbers of a cell are to be read. `digits`: at least as many, filled up with zeros. */
export type NumberFormat =
  | { kind: 'number' | 'percent' | 'scientific' | 'date' | 'date_time' | 'time' | 'duration' }
  | { kind: 'digits', digits: number }

export const GENERAL: NumberFormat = { kind: 'number' }

/** Most cell formats and number formats of a workbook. Excel has at most 65,490 of them. */
const FORMATS_MAX = 100_000
const CODE_MAX = 1000

/** The formats of Excel that have a number and no code. Those from 27 on are used in East Asia. */
const BUILT_IN: ReadonlyArray<[from: number, to: number, kind: Exclude<NumberFormat['kind'], 'digits'>]> = [
  [9, 10, 'percent'],
  [11, 11, 'scientific'],
  [14, 17, 'date'],
  [18, 21, 'time'],
  [22, 22, 'date_time'],
  [27, 31, 'date'],
  [32, 35, 'time'],
  [36, 36, 'date'],
  [45, 45, 'time'],
  [46, 46, 'duration'],
  [47, 47, 'time'],
  [48, 48, 'scientific'],
  [50, 58, 'date'],
]

/** The formats of cells by the numbers that cells have in their attribute `s`. Throws Refusal. */
export async function readNumberFormats (part: SourceFile, file: string): Promise<NumberFormat[]> {
  const codes = new Map<number, string>()
  const cells: number[] = []
  let isInCells = false
  await readXml(part, {
    open (name, attributes) {
      if (name === 'numFmt' && codes.size < FORMATS_MAX) {
        codes.set(Number(attributes['numFmtId']), (attributes['formatCode'] ?? '').slice(0, CODE_MAX))
      } else if (name === 'cellXfs') isInCells = true
      else if (name === 'xf' && isInCells && cells.length < FORMATS_MAX) {
        cells.push(Number(attributes['numFmtId'] ?? 0))
      }
    },
    close (name) {
      if (name === 'cellXfs') isInCells = false
      return undefined
    },
  }, { file })
  const known = new Map<number, NumberFormat>()
  return cells.map((id) => {
    const code = codes.get(id)
    const format = known.get(id) ?? (code === undefined ? builtIn(id) : formatOf(code))
    known.set(id, format)
    return format
  })
}

function builtIn (id: number): NumberFormat {
  const kind = BUILT_IN.find(([from, to]) => id >= from && id <= to)?.[2]
  return kind === undefined ? GENERAL : { kind }
}

/** Texts in quotes, escaped characters, and spaces of another character's width. */
const LITERALS = /"[^"]*"|[\\_*]./g
/** Colors, languages and conditions. Elapsed time is in brackets too. */
const BRACKETS = /\[[^\][]*\]/g
const ELAPSED = /\[(h+|m+|s+)\]/i

/** The kind of value that a format code shows. Only its section for positive numbers counts. */
export function formatOf (code: string): NumberFormat {
  const [section = ''] = code.replace(LITERALS, '').split(';')
  const plain = section.replace(BRACKETS, '').trim().toLowerCase()
  if (ELAPSED.test(section)) return { kind: 'duration' }
  if (/^general|^@$/.test(plain) || plain === '') return GENERAL
  if (plain.includes('%')) return { kind: 'percent' }
  if (/[0#?]e[+-]/.test(plain)) return { kind: 'scientific' }
  const hasTime = /[hs]|am\/pm|a\/p/.test(plain)
  const hasDay = /[ydge]/.test(plain.replace(/am\/pm|a\/p/g, '')) || (!hasTime && plain.includes('m'))
  if (hasDay) return { kind: hasTime ? 'date_time' : 'date' }
  if (hasTime) return { kind: 'time' }
  return /^0{2,50}$/.test(plain) ? { kind: 'digits', digits: plain.length } : GENERAL
}
