import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifySerializerCompiler } from 'fastify'
import type { WhenNeeded } from './when-needed.ts'

const compile = SerializerSelector()()

/**
 * Fastify's own, but an answer's schema is compiled when it is first needed: to compile all of them took as long as the rest of
 * the start. No schema here refers to another by name.
 */
export function createSerializerCompiler ({ once }: WhenNeeded): FastifySerializerCompiler<object> {
  return ({ schema, method, url, httpStatus = '' }) => {
    const serializer = once(() => compile({ schema, method, url, httpStatus }))
    return (answer) => serializer()(answer)
  }
}
