import { en, type Text, type TextKey } from './en.ts'
import { es } from './es.ts'

/**
 * Languages of the page by their own names. `pseudo` is English in accents, from right to left: it shows what
 * a translation would break.
 */
export const LANGUAGES = { en: 'English', es: 'Español' } as const
export type Language = keyof typeof LANGUAGES | 'pseudo'

const STORED = 'perfbook.language'

/** What stands in for `{names}` in a text. */
export type Values = Readonly<Record<string, string | number>>

/** Texts by language. */
export type Catalogue<K extends string> = Readonly<Record<keyof typeof LANGUAGES, Readonly<Record<K, Text>>>>

/** The texts that are there from the start. Views that are loaded later bring theirs along (`later.ts`). */
export const TEXTS: Catalogue<TextKey> = { en, es }

/**
 * Looks texts up in one language. `{count}` chooses the plural form and is written in the locale's digits.
 */
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

/** The reader's choice, else the first language of the browser that there is, else English. */
export function preferredLanguage (): Language {
  const asked = new URL(location.href).searchParams.get('language') ?? localStorage.getItem(STORED)
  if (asked !== null && isLanguage(asked)) return asked
  return navigator.languages.map((tag) => tag.split('-')[0]!).find((tag) => tag in LANGUAGES) as
    | Language
    | undefined ?? 'en'
}

export function rememberLanguage (language: Language): void {
  localStorage.setItem(STORED, language)
}

/**
 * The browser's own locale where it is of that language (dates of en-GB and en-US differ), else the language.
 */
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
