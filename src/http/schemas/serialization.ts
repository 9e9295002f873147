import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifySerializerCompiler } from 'fastify'
import type { WhenNeeded } from './lazy.ts'

const compile = SerializerSelector()()

/**
 * Fastify's own, but an answer's schema is compiled when it is first needed, and once for all routes that
 * have it (the errors): to compile all of them for each route took as long as the rest of the start. No
 * schema here refers to another by name.
 */
export function createSerializerCompiler ({ once }: WhenNeeded): FastifySerializerCompiler<object> {
  const serializers = new Map<object, () => ReturnType<typeof compile>>()
  return ({ schema, method, url, httpStatus = '' }) => {
    const serializer = serializers.get(schema) ?? once(() => compile({ schema, method, url, httpStatus }))
    serializers.set(schema, serializer)
    return (answer) => serializer()(answer)
  }
}
