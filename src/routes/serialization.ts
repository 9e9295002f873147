import { SerializerSelector, type Serializer } from '@fastify/fast-json-stringify-compiler'
import type { FastifySerializerCompiler } from 'fastify'

const compile = SerializerSelector()()

/**
 * Fastify's own, but an answer's schema is compiled when it is first needed: to compile all of them took as long as the rest of
 * the start. No schema here refers to another by name.
 */
export const serializerCompiler: FastifySerializerCompiler<object> = ({ schema, method, url, httpStatus = '' }) => {
  let serialize: Serializer | undefined
  return (answer) => (serialize ??= compile({ schema, method, url, httpStatus }))(answer)
}
