// The formats that a course can be exported to, with their options, for clients that let people choose.
import type { Reads } from '../../db/index.ts'
import { DomainError } from '../errors.ts'
import { FORMAT_NAMES, type FormatName } from './export-names.ts'
import { completeOptions, type ExportOptions } from './export-options.ts'
import { exportOptionsSchema } from './export-request.ts'
import { FORMATS } from './formats/all-formats.ts'
import type { ExportFormat, FormatOption } from './formats/export-format.ts'

type OptionValue = string | boolean

interface CourseFormatOption {
  name: FormatOption
  /** Those that a person can choose. */
  values: OptionValue[]
  /** Null: the option is not used. */
  default: OptionValue | null
}

/** A format as a client shows it. */
export interface CourseFormat {
  name: FormatName
  description: string
  /** Besides those of every format. */
  options: CourseFormatOption[]
  /** Why the course cannot be exported to it; null: it can. */
  reason: { code: string, message: string } | null
}

/** All formats, those included that are not possible for this course. */
export async function courseFormats (db: Reads, courseId: number): Promise<CourseFormat[]> {
  return await Promise.all(FORMAT_NAMES.map(async (name) => {
    const format = FORMATS[name]
    const { description, options } = format
    return {
      name,
      description,
      options: options.map((option) => optionOf(format, option)),
      reason: await reasonAgainst(format, db, courseId),
    }
  }))
}

async function reasonAgainst (
  { assertPossible }: ExportFormat, db: Reads, courseId: number
): Promise<CourseFormat['reason']> {
  try {
    await assertPossible?.(db, courseId)
    return null
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    return { code: error.code, message: error.message }
  }
}

const DEFAULTS: ExportOptions = completeOptions({})

function optionOf ({ identities }: ExportFormat, name: FormatOption): CourseFormatOption {
  const values = name === 'identity' ? identities : name === 'compare_with' ? ['last'] : valuesOf(name)
  const byDefault = DEFAULTS[name]
  return { name, values: [...values], default: typeof byDefault === 'number' ? null : byDefault }
}

/** The values that the schema of the option allows. */
function valuesOf (name: Exclude<FormatOption, 'identity' | 'compare_with'>): readonly OptionValue[] {
  const schema = exportOptionsSchema.properties[name]
  return 'enum' in schema ? schema.enum : [false, true]
}
