import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifySerializerCompiler } from 'fastify'
import type { LazyValues } from './lazy.ts'

const compile = SerializerSelector()()

/**
 * Fastify's own serializer, but the schema of a response is compiled when it is first needed, and once for
 * all routes that share it, such as the errors. Compiling every schema for every route would double the time
 * that the service takes to start. No schema refers to another one by name.
 */
export function createSerializerCompiler ({ lazy }: LazyValues): FastifySerializerCompiler<object> {
  const serializers = new Map<object, () => ReturnType<typeof compile>>()
  return ({ schema, method, url, httpStatus = '' }) => {
    const serializer = serializers.get(schema) ?? lazy(() => compile({ schema, method, url, httpStatus }))
    serializers.set(schema, serializer)
    return (response) => serializer()(response)
  }
}
