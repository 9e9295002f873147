// The parts of an Office document (ECMA-376), as streams of elements. Names are given without their prefix,
// and namespaces are not compared: `x:row` and the strict variant are read like `row`.
import sax from 'sax'
import { shorten } from '../../short-text.ts'
import { importError } from '../error-messages.ts'
import { Refusal } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'

export type XmlAttributes = Readonly<Record<string, string>>

export interface XmlVisitor {
  open?: (name: string, attributes: XmlAttributes) => void
  /** Returns true if the rest of the part does not matter. It is read and not parsed. */
  close?: (name: string) => boolean | undefined
  text?: (text: string) => void
}

interface XmlReading {
  /** The workbook, as errors name it. */
  file: string
  isAgain?: boolean
  onBlock?: ((bytes: number) => void) | undefined
}

/** The parts that are read nest less than ten deep. */
const DEPTH_MAX = 100
/** Most characters between two tags, apart from text. */
const BETWEEN_TAGS_MAX = 1 << 20
/** Extensions, and what older programs read instead of something that is also there. */
const SKIPPED = new Set(['extLst', 'Fallback'])

/**
 * Visits the elements of a part. Throws Refusal if it is not well-formed, has a DOCTYPE or nests too deep.
 */
export async function readXml (
  part: SourceFile, visitor: XmlVisitor, { file, isAgain = false, onBlock }: XmlReading
): Promise<void> {
  const damaged = (why: string) => {
    return new Refusal({ file }, importError('damaged_workbook', { what: `${part.name} ${why}` }))
  }
  const parser = sax.parser(true, { position: false, strictEntities: true } as sax.SAXOptions)
  let depth = 0
  let skippedFrom = 0
  let isDone = false
  let sinceTag = 0
  parser.onerror = (error) => {
    throw damaged(`is not well-formed (${shorten(firstLine(error.message), 100)})`)
  }
  parser.ondoctype = () => { throw damaged('has a DOCTYPE') }
  parser.onopentag = ({ name, attributes }) => {
    sinceTag = 0
    if (isDone) return
    if (++depth > DEPTH_MAX) throw damaged(`has elements nested more than ${DEPTH_MAX} deep`)
    if (skippedFrom !== 0) return
    const local = withoutPrefix(name)
    if (SKIPPED.has(local)) skippedFrom = depth
    else visitor.open?.(local, attributes as XmlAttributes)
  }
  parser.onclosetag = (name) => {
    sinceTag = 0
    if (isDone) return
    if (skippedFrom === 0) isDone = visitor.close?.(withoutPrefix(name)) === true
    else if (skippedFrom === depth) skippedFrom = 0
    depth--
  }
  const onText = (piece: string) => { if (!isDone && skippedFrom === 0) visitor.text?.(piece) }
  parser.ontext = onText
  parser.oncdata = onText

  let decoder: TextDecoder | undefined
  const decoded = (bytes?: Buffer): string => {
    try {
      return decoder?.decode(bytes, { stream: bytes !== undefined }) ?? ''
    } catch {
      throw damaged('is not in UTF-8 or UTF-16')
    }
  }
  for await (const chunk of part.read({ isAgain })) {
    if (!isDone) {
      decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true })
      const piece = decoded(chunk)
      sinceTag += piece.length
      parser.write(piece)
      if (sinceTag > BETWEEN_TAGS_MAX) throw damaged('has an element that is too long')
    }
    onBlock?.(chunk.length)
  }
  if (isDone) return
  parser.write(decoded())
  parser.close()
}

/** The value of an attribute with a prefix, which may be any: `r:id`. */
export function prefixedAttribute (attributes: XmlAttributes, name: string): string | undefined {
  return Object.entries(attributes).find(([key]) => key.endsWith(`:${name}`))?.[1]
}

/** A flag as XML Schema writes it. */
export function isTrue (value: string | undefined): boolean {
  return value === '1' || value === 'true' || value === 'on'
}

function encodingOf (start: Buffer): string {
  const [first, second] = start
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le'
  return (first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c) ? 'utf-16be' : 'utf-8'
}

function withoutPrefix (name: string): string { return name.slice(name.indexOf(':') + 1) }

function firstLine (text: string): string { return text.split('\n', 1)[0] ?? '' }
