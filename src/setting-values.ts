// The allowed values of a setting, and the value of a text that was given for it.

export interface SettingSchema {
  description?: string
  default?: unknown
  type?: string
  enum?: string[]
  minimum?: number
  maximum?: number
}

/** The allowed values as a phrase: `a whole number from 0 to 65535`, `one of link, session`. */
export function allowedValues ({ type, enum: values, minimum = 0, maximum }: SettingSchema): string {
  if (values !== undefined) return `one of ${values.join(', ')}`
  if (type === 'boolean') return 'one of true, false'
  if (type === 'string') return 'text'
  const kind = type === 'integer' ? 'a whole number' : 'a number'
  return maximum === undefined ? `${kind} of at least ${minimum}` : `${kind} from ${minimum} to ${maximum}`
}

/** The value of a text; undefined: it is not allowed. */
export function settingValue (schema: SettingSchema, text: string): string | number | boolean | undefined {
  const { type, enum: values, minimum = 0, maximum = Infinity } = schema
  if (values !== undefined) return values.includes(text) ? text : undefined
  if (type === 'string') return text
  if (type === 'boolean') return text === 'true' || text === 'false' ? text === 'true' : undefined
  const number = text.trim() === '' ? NaN : Number(text)
  const isOfType = type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number)
  return isOfType && number >= minimum && number <= maximum ? number : undefined
}
