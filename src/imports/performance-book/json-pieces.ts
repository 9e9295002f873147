// Reads one large JSON object piece by piece. Lists are read element by element, so that no list is ever in
// memory.
import { TokenParser, TokenParserError, Tokenizer, TokenizerError, TokenType } from '@streamparser/json'
import { shorten } from '../../short-text.ts'
import { Refusal } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { importError, type ImportErrorText } from '../error-messages.ts'

interface Shape {
  /** Properties that are read whole. */
  values: string[]
  /** Properties that are lists, read element by element. Null means left out. */
  lists: string[]
}

interface PieceReading {
  /** `index` -1: the value of the property itself. */
  onPiece: (property: string, index: number, value: unknown) => void
  /** A property is not in the shape, appears twice, or is not a list. */
  onFault: (path: string, message: ImportErrorText) => void
  /** A list begins. */
  onList: (property: string) => void
  onBlock: (bytes: number) => void
}

/** A valid document is never nested this deep. */
const MAX_DEPTH = 16
/** Most bytes of one text or element. */
const MAX_PIECE_BYTES = 4 * 1024 * 1024

/**
 * Reads the file. Throws Refusal if it is not JSON in UTF-8, or not an object. The Refusal's path is where
 * reading stopped.
 */
export async function readPieces (
  file: SourceFile, shape: Shape, { onPiece, onFault, onList, onBlock }: PieceReading
): Promise<void> {
  const tokenizer = new Tokenizer()
  const parser = new TokenParser({
    paths: [...shape.values.map((name) => `$.${name}`), ...shape.lists.map((name) => `$.${name}.*`)],
    keepStack: false,
  })
  const seen = new Set<string>()
  let depth = 0
  let expectsKey = false
  let property = ''
  let isList = false
  let index = -1
  let quietBytes = 0
  let hasBegun = false
  const path = () => property === '' ? '$' : index < 0 ? `$.${shorten(property)}` : `$.${property}[${index}]`
  const refusal = (message: ImportErrorText) => new Refusal({ file: file.name, path: path() }, message)

  const enterProperty = (name: string) => {
    property = name
    index = -1
    isList = false
    if (!shape.values.includes(name) && !shape.lists.includes(name)) {
      const known = [...shape.values, ...shape.lists].join(', ')
      onFault(path(), importError('unknown_property', { known }))
    } else if (seen.has(name)) onFault(path(), importError('property_twice'))
    else seen.add(name)
  }
  const enterValue = (token: TokenType) => {
    if (!shape.lists.includes(property)) return
    isList = token === TokenType.LEFT_BRACKET
    if (isList) onList(property)
    else if (token !== TokenType.NULL) onFault(path(), importError('not_a_list'))
  }
  tokenizer.onToken = (parsed) => {
    const { token, value } = parsed
    hasBegun = true
    if (depth === 0 && token !== TokenType.LEFT_BRACE) throw refusal(importError('no_object'))
    if (depth === 1) {
      if (token === TokenType.STRING && expectsKey) enterProperty(value as string)
      else if (token === TokenType.COLON) expectsKey = false
      else if (token === TokenType.COMMA) expectsKey = true
      else if (token !== TokenType.RIGHT_BRACE) enterValue(token)
    } else if (depth === 2 && isList && index < 0 && token !== TokenType.RIGHT_BRACKET) index = 0
    else if (depth === 2 && isList && token === TokenType.COMMA) index++
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) {
      if (++depth === 1) expectsKey = true
      if (depth > MAX_DEPTH) throw refusal(importError('deep_json', { most: MAX_DEPTH }))
    } else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) depth--
    if (depth <= 2) quietBytes = 0
    parser.write(parsed)
  }
  tokenizer.onError = rethrow
  parser.onError = rethrow
  parser.onValue = ({ value }) => {
    if (shape.values.includes(property)) onPiece(property, -1, value)
    else if (isList) onPiece(property, index, value)
  }
  let isEmpty = true
  try {
    for await (const chunk of file.read()) {
      isEmpty &&= chunk.length === 0
      tokenizer.write(chunk)
      quietBytes += chunk.length
      if (quietBytes > MAX_PIECE_BYTES) throw refusal(importError('long_json', { most: MAX_PIECE_BYTES }))
      onBlock(chunk.length)
    }
    if (!tokenizer.isEnded) tokenizer.end()
    if (depth > 0 || !hasBegun) throw refusal(importError(isEmpty ? 'is_empty' : 'incomplete_json'))
  } catch (error) {
    throw isFault(error) ? refusal(describe(error)) : error
  }
}

function rethrow (error: Error): void {
  throw error
}

function isFault (error: unknown): error is Error {
  return error instanceof TokenizerError || error instanceof TokenParserError ||
    (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
}

function describe (error: Error): ImportErrorText {
  if (error instanceof TypeError) return importError('no_utf8')
  if (/ended in the middle/.test(error.message)) return importError('incomplete_json')
  const byte = /absolute position "(\d+)"/.exec(error.message)
  const where = byte === null ? '' : ` at byte ${byte[1]}`
  return importError('no_json', { reason: `${shorten(withoutPosition(error.message), 200)}${where}` })
}

/** Without what the tokenizer says of its own state. */
function withoutPosition (message: string): string {
  const ends = [
    ' at chunk position',
    ' in state',
  ].map((words) => message.indexOf(words)).filter((at) => at !== -1)
  return ends.length === 0 ? message : message.slice(0, Math.min(...ends))
}
