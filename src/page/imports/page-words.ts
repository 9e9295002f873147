import { IMPORT_ERRORS } from '../../imports/error-messages.ts'
import { IMPORT_OPTIONS, optionName } from '../../imports/option-names.ts'
import { findTemplate } from '../../message-templates.ts'
import type { Texts } from '../texts/use-texts.ts'

// Messages of the service are in English and also for the command line. On the page they are in the page's
// language as far as it has a text for them, and they name only what the page has.

/** The error of an import in the page's language; undefined if it has no text, or is English itself. */
export function importErrorText (
  message: string, { language, known }: Pick<Texts, 'language' | 'known'>
): string | undefined {
  // The message is in English, and says more in some cases.
  if (language === 'en') return undefined
  const found = findTemplate(message, IMPORT_ERRORS)
  return found === undefined ? undefined : known(`importError.${found.name}`, found.values)
}

/** Why a job of an import failed: `file:line: error`. */
export function importReason (error: { code: string, message: string }, texts: Texts): string {
  if (error.code !== 'IMPORT_FAILED') return texts.reason(error)
  const [, place = '', message = ''] = /^(\S.*?: )?(.*)$/s.exec(error.message) ?? []
  const text = importErrorText(message, texts) ?? importErrorText(error.message, texts)
  return text === undefined ? onPage(error.message) : `${place}${text}`
}

/** A message that names options as the page does, wherever the import was requested. */
export function onPage (message: string): string {
  let text = message
  for (const option of IMPORT_OPTIONS) {
    const own = optionName(option, 'session')
    text = text.replaceAll(optionName(option, 'command'), own).replaceAll(optionName(option, 'token'), own)
  }
  return text
    .replace(/(?<!\d)(\d+) bytes \(IMPORT_MAX_BYTES\)/, (_, bytes) => `${megabytes(bytes)}; ask your administrator`)
    .replace(/unpacks to (\d+) bytes/, (_, bytes) => `unpacks to ${megabytes(bytes)}`)
    // What the rules above do not know: better without it than with it.
    .replace(/ --[a-z][-a-z]*/g, '')
}

function megabytes (bytes: string): string {
  const format = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
  return `${format.format(Number(bytes) / 1e6)} MB`
}
