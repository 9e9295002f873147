// The finished JSON that threads make from books, in chunks.
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { BookTasks } from '../courses/book-tasks.ts'
import { DomainError } from '../errors.ts'
import type { TaskOutcome } from '../jobs/task.ts'

/** The chunks of a task's outcome. Throws the failure if there is one. */
export function factsOf (outcome: TaskOutcome<BookTasks[keyof BookTasks]>): Uint8Array[] {
  if (!outcome.ok) throw new DomainError(outcome.code, { detail: outcome.message })
  return outcome.facts
}

/** The length of all chunks, in bytes. */
export function byteLength (chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0)
}

/** Sends finished JSON with its content type and length. */
export function sendChunks (reply: FastifyReply, chunks: readonly Uint8Array[]): FastifyReply {
  reply.type('application/json; charset=utf-8').header('content-length', byteLength(chunks))
  const [first] = chunks
  return first !== undefined && chunks.length === 1
    ? reply.send(Buffer.from(first.buffer, first.byteOffset, first.byteLength))
    : reply.send(Readable.from(chunks, { objectMode: false }))
}
