// The language of a user, and the locale for its dates and numbers.
import { LANGUAGES, type Language } from './catalogue.ts'

const STORAGE_KEY = 'perfbook.language'

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
