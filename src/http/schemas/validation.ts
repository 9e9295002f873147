import { Ajv } from 'ajv'
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import { shorten } from '../../short-text.ts'
import type { LazyValues } from './lazy.ts'

// A body is never repaired silently: a misspelled option, or a number written as text, is refused. Values in
// an address are always text, so they are converted to what the schema says. The schemas themselves come from
// TypeBox and are checked by a test, so they are not validated here.
const always = {
  allErrors: false,
  removeAdditional: false,
  useDefaults: true,
  strict: false,
  validateSchema: false,
  meta: false,
  // Errors have the schema that was not met.
  verbose: true,
} as const
const forBodies = new Ajv({ ...always, coerceTypes: false })
const forAddresses = new Ajv({ ...always, coerceTypes: true })

const NUL_ERROR = { keyword: 'nul', schemaPath: '', params: {} }

/** Compiles each schema when a request first needs it, so that the service starts faster. */
export function createValidatorCompiler ({ lazy }: LazyValues): FastifySchemaCompiler<object> {
  return ({ schema, httpPart }) => {
    const compiled = lazy(() => (httpPart === 'body' ? forBodies : forAddresses).compile(schema))
    const validate: ReturnType<FastifySchemaCompiler<object>> = (data) => {
      if (!compiled()(data)) {
        // Without the value: it may be a password.
        validate.errors = compiled().errors?.map((error) => ({ ...error, data: undefined })) ?? null
        return false
      }
      // An address with one names nothing: its route answers 404.
      const path = httpPart === 'params' ? undefined : pathOfNul(data)
      validate.errors = path === undefined
        ? null
        : [{ instancePath: path, message: 'must not contain a NUL character', ...NUL_ERROR }]
      return path === undefined
    }
    return validate
  }
}

/** The path of a text with a NUL character, which PostgreSQL does not store. Undefined: there is none. */
function pathOfNul (value: unknown, path = ''): string | undefined {
  if (typeof value === 'string') return value.includes('\0') ? path : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, part] of Object.entries(value)) {
    const found = pathOfNul(part, `${path}/${name}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** A sentence that names the field: `sheets must be one of course, period`. */
export function validationMessage (
  errors: FastifySchemaValidationError[],
  part: string | undefined
): string | undefined {
  // Of a value that has alternatives, the last error is about all of them.
  const error = errors.at(-1)
  if (error === undefined) return undefined
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
    ? alternativesOf(error) ?? error.message ?? 'is not valid'
    : `must be one of ${params.allowedValues.join(', ')}`
  return `${path === '' ? where : path}: ${allowed}`
}

/** `must be last or integer >= 1`; undefined: the schema has no alternatives there. */
function alternativesOf (error: FastifySchemaValidationError): string | undefined {
  if (error.keyword !== 'anyOf') return undefined
  // Fastify's type leaves out what `verbose` adds.
  const { schema: alternatives } = error as unknown as {
    schema: Array<{ const?: unknown, type?: string, minimum?: number }>,
  }
  const each = alternatives.map(({ const: constant, type, minimum }) =>
    constant === undefined ? `${type}${minimum === undefined ? '' : ` >= ${minimum}`}` : String(constant)
  )
  return `must be ${each.join(' or ')}`
}
