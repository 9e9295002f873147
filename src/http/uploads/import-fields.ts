// The form fields of an import.
import { isTimeZone } from '../../courses/course-time.ts'
import { DomainError } from '../../errors.ts'
import type { ColumnMap } from '../../imports/column-maps/column-map.ts'
import { readColumnMap } from '../../imports/column-maps/read-map.ts'
import type { ImportChoices } from '../../imports/import.job.ts'
import { IMPORT_FORMATS, type DateOrder, type ImportFormat } from '../../imports/import-options.ts'
import { Refusal } from '../../imports/problems.ts'
import { boundMessage, EMAIL_MAX, isNameTooLong, NAME_MAX, shorten } from '../../short-text.ts'
import type { Upload } from './file-upload.ts'

/** Fields of every import. */
export const FIELDS = [
  'format',
  'time_zone',
  'dates',
  'sheet',
  'dry_run',
  'strict',
  'allow_removals',
  'allow_skips',
  'allow_new_people',
  'map',
]

/** The choices that the form fields make. Throws VALIDATION_FAILED, which names the field. */
export function choicesOf (fields: Upload['fields']): ImportChoices {
  const { format, time_zone: timeZone, dates, sheet, map, course, teacher } = fields
  if (format !== undefined && !(IMPORT_FORMATS as readonly string[]).includes(format)) {
    throw new DomainError('VALIDATION_FAILED', {
      detail: `format: must be one of ${IMPORT_FORMATS.join(', ')}`,
    })
  }
  if (dates !== undefined && dates !== 'mdy' && dates !== 'dmy') {
    throw new DomainError('VALIDATION_FAILED', { detail: 'dates: must be mdy or dmy' })
  }
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw new DomainError('VALIDATION_FAILED', {
      detail: `time_zone: ${shorten(timeZone)} is not a time zone; write it like Europe/Berlin`,
    })
  }
  if (sheet !== undefined && isNameTooLong(sheet)) {
    throw new DomainError('VALIDATION_FAILED', { detail: `sheet: has more than ${NAME_MAX} characters` })
  }
  if (course !== undefined && isNameTooLong(course)) {
    throw new DomainError('VALIDATION_FAILED', { detail: `course: has more than ${NAME_MAX} characters` })
  }
  if (teacher !== undefined && teacher.length > EMAIL_MAX) {
    throw new DomainError('VALIDATION_FAILED', { detail: `teacher: has more than ${EMAIL_MAX} characters` })
  }
  return {
    format: format as ImportFormat | undefined,
    timeZone,
    dates: dates satisfies DateOrder | undefined,
    sheet,
    map: map === undefined ? undefined : columnMapOf(map, format),
    course,
    teacher,
    dryRun: flag(fields, 'dry_run'),
    strict: flag(fields, 'strict'),
    allowRemovals: flag(fields, 'allow_removals'),
    allowErased: flag(fields, 'allow_erased'),
    allowSkips: flag(fields, 'allow_skips'),
    allowNewPeople: flag(fields, 'allow_new_people'),
  }
}

/** Throws VALIDATION_FAILED. */
function columnMapOf (text: string, format: string | undefined): ColumnMap {
  if (format !== undefined && format !== 'spreadsheet') {
    const detail = `map: is for the format spreadsheet, not for ${format}`
    throw new DomainError('VALIDATION_FAILED', { detail })
  }
  try {
    return readColumnMap(text, 'map')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const place = [error.place.file, error.place.path].filter((part) => part != null).join('.')
    throw new DomainError('VALIDATION_FAILED', { detail: boundMessage(`${place}: ${error.message}`) })
  }
}

function flag (fields: Upload['fields'], name: string): boolean {
  const value = fields[name]
  if (value !== undefined && value !== 'true' && value !== 'false') {
    throw new DomainError('VALIDATION_FAILED', { detail: `${name}: must be true or false` })
  }
  return value === 'true'
}
