import { IMPORT_OPTIONS, optionName } from '../../imports/option-names.ts'

// Messages of the service are also for the command line. On the page they name only what the page has.

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
