// What the service can say has a text in every language of the page.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { FORMAT_NAMES } from '../../src/exports/export-names.ts'
import { exportOptionsSchema } from '../../src/exports/export-request.ts'
import { FILL_IN_MESSAGES, FILL_IN_TEMPLATES } from '../../src/fill-in/fill-in-messages.ts'
import { COLUMN_REASONS, COLUMN_USES } from '../../src/imports/columns.ts'
import { WARNINGS, WARNINGS_OF_TEACHER, warningText, type WarningCode } from '../../src/imports/messages.ts'
import { IMPORT_OPTIONS, optionName } from '../../src/imports/option-names.ts'
import type { Text } from '../../src/page/texts/catalogue.ts'
import laterEnglish from '../../src/page/texts/en-later.json' with { type: 'json' }
import firstEnglish from '../../src/page/texts/en.json' with { type: 'json' }
import { startTestService } from '../support/test-service.ts'
import { en, es } from './texts.ts'

const ROOT = join(import.meta.dirname, '../..')
const source = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const english: Record<string, Text> = en
const spanish: Record<string, Text> = es
const lacking = (keys: readonly string[]) => keys.filter((key) => !(key in english))

t.test('actions of the audit log, kinds of jobs, warnings of imports', async (t) => {
  const { routes } = await startTestService(t)
  const byRoutes = routes.flatMap(({ access: { audit } }) => audit === undefined ? [] : [audit])
  const commands = readdirSync(join(ROOT, 'src/cli'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
  const byCommands = commands.flatMap((name) =>
    Array.from(source(`src/cli/${name}`).matchAll(/action: '([a-z]+\.[a-z]+)'/g), ([, action]) => action!)
  )
  const actions = [...new Set([...byRoutes, ...byCommands])]
  t.ok(byCommands.length > 3)
  t.strictSame(lacking(actions.map((action) => `action.${action}`)), [])
  const listed = source('src/page/admin/audit/audit-log.tsx')
  t.strictSame(actions.filter((action) => !listed.includes(`'${action}'`)), [], 'each can be chosen')
  t.strictSame(lacking(Object.keys(WARNINGS).map((code) => `warning.${code}`)), [])
  for (const code of Object.keys(WARNINGS) as WarningCode[]) {
    t.equal(english[`warning.${code}`], warningText(code, { askedBy: 'session' }))
  }
  for (const [code, text] of Object.entries(WARNINGS_OF_TEACHER)) {
    t.equal(english[`warningOfTeacher.${code}`], text)
  }
  const messages = Object.keys({ ...FILL_IN_MESSAGES, ...FILL_IN_TEMPLATES })
  t.strictSame(lacking(messages.map((code) => `fillIn.reason.${code}`)), [])
  for (const [code, text] of Object.entries(COLUMN_USES)) t.equal(english[`column.${code}`], text)
  for (const [code, text] of Object.entries(COLUMN_REASONS)) {
    t.equal(english[`columnReason.${code}`], text)
  }
  const kinds = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.job.ts'))
    .flatMap((name) => Array.from(source(`src/${name}`).matchAll(/_KIND = '([^']+)'/g), ([, kind]) => kind!))
  t.ok(kinds.includes('performance-export'))
  t.strictSame(lacking(kinds.map((kind) => `kind.${kind}`)), [])
})

t.test('formats of exports, their options, and what they cannot express', async (t) => {
  const names = FORMAT_NAMES.flatMap((name) => [`exports.format.${name}`, `exports.start.${name}`])
  t.strictSame(lacking(names), [])
  const options = Object.entries(exportOptionsSchema.properties).flatMap(([name, schema]) => {
    if (['format', 'values', 'period_id', 'include_dropped'].includes(name)) return []
    // The names of languages and versions are the same in all languages.
    const isNamed = name === 'language' || name === 'oneroster_version'
    const values = 'enum' in schema && !isNamed ? schema.enum.map((value) => `.${value}`) : []
    return ['', ...values].map((value) => `exports.option.${name}${value}`)
  })
  t.ok(options.includes('exports.option.identity.pseudonyms'))
  t.strictSame(lacking(options), [])
  const writers = readdirSync(join(ROOT, 'workers/outlets'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => source(`workers/outlets/${name}`))
    .join('\n')
  const codes = Array.from(writers.matchAll(/(?:receipts\.add|count)\(\s*'(\w+)'/g), ([, code = '']) => code)
  t.ok(codes.includes('missing_glyphs') && codes.includes('above_limit'))
  const texts = Object.keys(english)
  t.strictSame(codes.filter((code) => !texts.some((key) => key.startsWith(`receipt.${code}.`))), [])
})

t.test('options in messages are those of the page, of the command line and of the API', async (t) => {
  const command = source('src/cli/import.ts')
  const fields = source('src/http/routes/imports.ts') + source('src/http/uploads/import-fields.ts')
  const labels = Object.entries(en).flatMap(([key, text]) => {
    return /^import\.(allow|course|teacher|sheet|dates|strict)/.test(key) ? [String(text)] : []
  })
  for (const option of IMPORT_OPTIONS) {
    const label = optionName(option, 'session').slice(1, -1)
    t.ok(labels.some((text) => text === label || text.startsWith(`${label}:`)), label)
    const [flag = '-'] = /--[a-z-]+/.exec(optionName(option, 'command')) ?? []
    t.match(command, new RegExp(`'${flag}[ ']`))
    const [, field = '-'] = /^the field (\w+)/.exec(optionName(option, 'token')) ?? []
    t.ok(fields.includes(`'${field}'`), field)
  }
})

t.test('each text is used, and each text that is used is there', async (t) => {
  const page = readdirSync(join(ROOT, 'src/page'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
  const { isUsed, starts } = textsUsedIn(page.map((name) => `src/page/${name}`))
  t.ok(starts.includes('tabs.'))
  t.strictSame(Object.keys(english).filter((key) => !isUsed(key)), [])
  t.strictSame(starts.filter((start) => !Object.keys(english).some((key) => key.startsWith(start))), [])
})

t.test('the texts of the first views are loaded first, and all others later', async (t) => {
  const first = filesImportedBy('src/page/page.tsx')
  t.ok(first.includes('src/page/book/book-view.tsx') && !first.includes('src/page/admin/admin.tsx'))
  const { isUsed } = textsUsedIn(first)
  t.strictSame(Object.keys(laterEnglish).filter(isUsed), [], 'to be moved to the first file')
  t.strictSame(Object.keys(firstEnglish).filter((key) => !isUsed(key)), [], 'to be moved to the later file')
})

/** The keys in the source: 'book.title' as it is, and `tabs.${tab}` up to its first variable part. */
function textsUsedIn (files: string[]): { isUsed: (key: string) => boolean, starts: string[] } {
  const text = files.map(source).join('\n')
  const whole = new Set(Array.from(text.matchAll(/'([a-z]\w*\.[\w.-]+)'/gi), ([, key = '']) => key))
  const starts = Array.from(text.matchAll(/`([a-z]\w*\.[\w.-]*)\$\{/gi), ([, start = '']) => start)
  return { isUsed: (key) => whole.has(key) || starts.some((start) => key.startsWith(start)), starts }
}

/** A source of the page, and those that it imports other than by `import()`, directly or not. */
function filesImportedBy (file: string, found: string[] = []): string[] {
  if (found.includes(file)) return found
  found.push(file)
  for (const [, other = ''] of source(file).matchAll(/^import (?!type )[^']*'(\.[^']+\.tsx?)'/gm)) {
    filesImportedBy(join(dirname(file), other), found)
  }
  return found
}

t.test('the languages have the same texts', async (t) => {
  t.strictSame(Object.keys(spanish), Object.keys(english), 'in the same order, for people who compare them')
})

t.test('a translation has the same places to fill in', async (t) => {
  const places = (text: Text) => placesIn(typeof text === 'string' ? text : Object.values(text)[0] ?? '')
  for (const [key, text] of Object.entries(english)) {
    t.strictSame(places(spanish[key] ?? ''), places(text), key)
  }
  for (const [key, text] of Object.entries(spanish)) {
    if (typeof text !== 'string') {
      t.strictSame(
        Object.keys(text).sort(),
        new Intl.PluralRules('es').resolvedOptions().pluralCategories.toSorted(),
        key
      )
    }
  }
})

function placesIn (text: string): string[] {
  return Array.from(text.matchAll(/\{(\w+)\}/g), ([, name]) => name!).sort()
}
