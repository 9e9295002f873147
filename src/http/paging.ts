import Type from 'typebox'
import { nullable } from './schemas/common.ts'

/** Query parameters of a list that clients read page by page, newest first. */
export function pageQuery ({ limit, most }: { limit: number, most: number } = { limit: 100, most: 1000 }) {
  return {
    limit: Type.Integer({ minimum: 1, maximum: most, default: limit }),
    cursor: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,14}$' })),
  }
}

/** `next_cursor` of a response: the `cursor` of the next page, or null on the last page. */
export const nextCursorSchema = nullable(Type.String())

/** One page of rows, newest first. `read` returns at most `limit` rows, with ids below `before`. */
export async function readPage<T extends { id: number }> (
  { limit, cursor }: { limit: number, cursor?: string },
  read: (part: { limit: number, before?: number }) => Promise<T[]>
): Promise<{ rows: T[], nextCursor: string | null }> {
  // One row more than is shown: if it exists, there is another page.
  const found = await read({ limit: limit + 1, ...(cursor === undefined ? {} : { before: Number(cursor) }) })
  const rows = found.slice(0, limit)
  const last = found.length > limit ? rows.at(-1) : undefined
  return { rows, nextCursor: last === undefined ? null : String(last.id) }
}
