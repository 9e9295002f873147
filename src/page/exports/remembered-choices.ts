// What was chosen last in the export menu of a course, in this browser. The period and points or percent are
// not in it: they come from what is on the screen.
import { NO_CHOICES, type ExportChoices } from './export-choices.ts'

const PREFIX = 'perfbook.exportChoices.'

export function rememberedChoices (courseId: number): ExportChoices {
  try {
    const found = JSON.parse(localStorage.getItem(PREFIX + courseId) ?? 'null') as unknown
    return isWhole(found) ? found : NO_CHOICES
  } catch {
    return NO_CHOICES
  }
}

export function rememberChoices (courseId: number, choices: ExportChoices): void {
  try {
    localStorage.setItem(PREFIX + courseId, JSON.stringify(choices))
  } catch {
    // The browser keeps nothing more. The choices last as long as the view.
  }
}

/** For all courses: the next user to sign in may be another person. */
export function forgetExportChoices (): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key)
}

/** Another version of the page may have written it. */
function isWhole (found: unknown): found is ExportChoices {
  if (typeof found !== 'object' || found === null) return false
  const { format, values, withDropped } = found as Partial<ExportChoices>
  return typeof withDropped === 'boolean' && values instanceof Object &&
    (format === undefined || (typeof format.name === 'string' && Array.isArray(format.options)))
}
