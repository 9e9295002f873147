import { en, type Text, type TextKey } from './en.ts'
import { es } from './es.ts'

/**
 * The languages of the page, by their own names. `pseudo` is English with accents, from right to left: it
 * shows what a translation would break.
 */
export const LANGUAGES = { en: 'English', es: 'Español' } as const
export type Language = keyof typeof LANGUAGES | 'pseudo'

const STORAGE_KEY = 'perfbook.language'

/** The values for the `{names}` in a text. */
export type Values = Readonly<Record<string, string | number>>

/** Texts by language. */
export type Catalogue<K extends string> = Readonly<Record<keyof typeof LANGUAGES, Readonly<Record<K, Text>>>>

/** The texts of the first load. Views that are loaded later have their own (`later.ts`). */
export const TEXTS: Catalogue<TextKey> = { en, es }

/** Looks up texts in one language. `{count}` selects the plural form; numbers use the locale's digits. */
export function translator<K extends string> (
  catalogue: Catalogue<K>,
  language: Language,
  locale: string
): (key: K, values?: Values) => string {
  const texts = catalogue[language === 'pseudo' ? 'en' : language]
  const plurals = new Intl.PluralRules(locale)
  const numbers = new Intl.NumberFormat(locale)
  return (key, values = {}) => {
    const text = texts[key]
    const count = typeof values['count'] === 'number' ? values['count'] : 0
    const form = typeof text === 'string' ? text : text[plurals.select(count)] ?? text.other ?? ''
    const filled = form.split(/\{(\w+)\}/).map((piece, i) => {
      if (i % 2 === 0) return language === 'pseudo' ? accented(piece) : piece
      const value = values[piece]
      return typeof value === 'number' ? numbers.format(value) : value ?? ''
    }).join('')
    return language === 'pseudo' ? `[${filled}]` : filled
  }
}

/** The user's choice, or else the first of the browser's languages that the page has, or else English. */
export function preferredLanguage (): Language {
  const asked = new URL(location.href).searchParams.get('language') ?? localStorage.getItem(STORAGE_KEY)
  if (asked !== null && isLanguage(asked)) return asked
  return navigator.languages.map((tag) => tag.replace(/-.*/, '')).find(isLanguage) ?? 'en'
}

export function saveLanguage (language: Language): void {
  localStorage.setItem(STORAGE_KEY, language)
}

/** The browser's locale if it has this language (dates of en-GB and en-US differ), or else the language. */
export function localeOf (language: Language): string {
  const base = language === 'pseudo' ? 'en' : language
  return navigator.languages.find((tag) => tag === base || tag.startsWith(`${base}-`)) ?? base
}

function isLanguage (tag: string): tag is Language {
  return tag in LANGUAGES || tag === 'pseudo'
}

function accented (text: string): string {
  return text.replace(/[aeiou]/g, (letter) => `${letter}${letter}\u0301`).replace(
    /[AEIOU]/g,
    (letter) => `${letter}\u0301`
  )
}
