import { Ajv } from 'ajv'
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import { shorten } from '../../short-text.ts'
import type { WhenNeeded } from './lazy.ts'

// A body says what it means: a misspelt option or a number written as text is refused, never repaired in
// silence. What stands in an address is text by nature and becomes what its schema says. The schemas
// themselves are TypeBox's work and a test's to judge.
const always = {
  allErrors: false,
  removeAdditional: false,
  useDefaults: true,
  strict: false,
  validateSchema: false,
  meta: false,
} as const
const forBodies = new Ajv({ ...always, coerceTypes: false })
const forAddresses = new Ajv({ ...always, coerceTypes: true })

/** Each schema is compiled when a request first needs it, so that the start of the service waits for none. */
export function createValidatorCompiler ({ once }: WhenNeeded): FastifySchemaCompiler<object> {
  return ({ schema, httpPart }) => {
    const compiled = once(() => (httpPart === 'body' ? forBodies : forAddresses).compile(schema))
    const validate: ReturnType<FastifySchemaCompiler<object>> = (data) => {
      const isValid = compiled()(data)
      validate.errors = compiled().errors ?? null
      return isValid
    }
    return validate
  }
}

/** A sentence that names the field: `sheets must be one of course, period`. */
export function validationMessage (errors: FastifySchemaValidationError[], part: string | undefined): string {
  const error = errors[0]!
  const where = part === 'querystring' ? 'the query' : part === 'params' ? 'the address' : 'the body'
  const params = error.params as {
    additionalProperty?: string,
    missingProperty?: string,
    allowedValues?: unknown[],
  }
  const path = shorten(error.instancePath.slice(1).replaceAll('/', '.'), 200)
  const field = (name: string) => path === '' ? name : `${path}.${name}`
  if (params.additionalProperty !== undefined) {
    return `${field(shorten(params.additionalProperty))}: there is no such field in ${where}`
  }
  if (params.missingProperty !== undefined) {
    return `${field(params.missingProperty)}: is missing from ${where}`
  }
  const allowed = params.allowedValues === undefined
    ? error.message ?? 'is not valid'
    : `must be one of ${params.allowedValues.join(', ')}`
  return `${path === '' ? where : path}: ${allowed}`
}
