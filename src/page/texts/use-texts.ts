import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { findTemplate } from '../../message-templates.ts'
import { REFUSALS } from '../../refusals.ts'
import { ApiError } from '../api.ts'
import {
  loadCatalogue, translator, type Language, type TextKey, type Translate, type Values,
} from './catalogue.ts'
import { formats, type Formats } from './format.ts'
import { localeOf } from './preferred-language.ts'

export interface Texts extends Formats {
  language: Language
  locale: string
  dir: 'ltr' | 'rtl'
  /** Whether the texts of the views whose code is loaded later are there. */
  isComplete: () => boolean
  /** Loads them. Rejects if their file cannot be loaded. */
  complete: () => Promise<void>
  t: Translate
  /** The text for a name that the server sent; undefined if the page has no text for it. */
  known: (key: string, values?: Values) => string | undefined
  /** The sentence for an error: the page's own text for its code, or else the server's message. */
  reason: (error: unknown) => string
  /** Day and time in the time zone of this browser, for what belongs to no course. */
  localTime: (iso: string) => string
  /** The same to the minute. */
  localMinute: (iso: string) => string
}

/**
 * Texts and formats of a language: those of the first views, or all with `isComplete`. Rejects if a file
 * cannot be loaded.
 */
export async function textsIn (language: Language, { isComplete = false } = {}): Promise<Texts> {
  const catalogue = { ...await loadCatalogue(language, 'first') }
  let hasAll = false
  const complete = async () => {
    Object.assign(catalogue, await loadCatalogue(language, 'later'))
    hasAll = true
  }
  if (isComplete) await complete()
  const locale = localeOf(language)
  const t = translator(catalogue, language, locale)
  const known = (key: string, values?: Values) =>
    Object.hasOwn(catalogue, key) ? t(key as TextKey, values) : undefined
  const format = formats(locale)
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  return {
    ...format,
    language,
    locale,
    dir: language === 'pseudo' ? 'rtl' : 'ltr',
    isComplete: () => hasAll,
    complete,
    t,
    known,
    reason: (error) => {
      const { code, message } = error instanceof ApiError
        ? error
        : error as { code?: string, message: string }
      const bytes = code === 'BODY_TOO_LARGE' ? mostBytes(message) : undefined
      if (bytes !== undefined) return t('error.largerThan', { size: format.size(bytes) })
      const refused = findTemplate(message, REFUSALS)
      return known(`error.${code ?? ''}`) ??
        (refused === undefined ? undefined : known(`refusal.${refused.name}`, refused.values)) ??
        (code === 'VALIDATION_FAILED' ? sentenceOf(message) : message)
    },
    localTime: (iso) => format.exactTime(iso, timeZone),
    localMinute: (iso) => format.time(iso, timeZone),
  }
}

/** Without the name of the API's field before it, which means nothing on the page: `add: there is no …`. */
function sentenceOf (message: string): string {
  const text = message.replace(/^[a-z]+(?:_[a-z]+)*(?:\.[a-z_\d]+)*: /, '')
  if (text === message) return message
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}

/** The limit that the service's refusal of a file names. A proxy names none. */
function mostBytes (message: string): number | undefined {
  const [, digits] = /larger than ([\d,]+) bytes/.exec(message) ?? []
  return digits === undefined ? undefined : Number(digits.replaceAll(',', ''))
}

const TextsContext = createContext<Texts | undefined>(undefined)
export const TextsProvider = TextsContext.Provider

/** Texts and formats in the user's language. */
export function useTexts (): Texts {
  const texts = useContext(TextsContext)
  if (texts === undefined) throw new Error('There is no TextsProvider around this view.')
  return texts
}
