import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { ApiError } from '../api.ts'
import { localeOf, TEXTS, translator, type Catalogue, type Language, type Values } from './catalogue.ts'
import type { TextKey } from './en.ts'
import { formats, type Formats } from './format.ts'

export interface Texts extends Formats {
  language: Language
  locale: string
  dir: 'ltr' | 'rtl'
  t: (key: TextKey, values?: Values) => string
  /** The sentence for an error: the page's own text for its code, or else the server's message. */
  reason: (error: unknown) => string
}

export function textsIn (language: Language): Texts {
  const locale = localeOf(language)
  const t = translator(TEXTS, language, locale)
  return {
    ...formats(locale),
    language,
    locale,
    dir: language === 'pseudo' ? 'rtl' : 'ltr',
    t,
    reason: reasonIn(TEXTS, t),
  }
}

/** Explains errors in the texts of a catalog. */
export function reasonIn<K extends string> (catalogue: Catalogue<K>, t: (key: K) => string): Texts['reason'] {
  return (error) => {
    const { code, message } = error instanceof ApiError ? error : error as { code?: string, message: string }
    const key = `error.${code ?? ''}`
    return key in catalogue.en ? t(key as K) : message
  }
}

const TextsContext = createContext<Texts>(textsIn('en'))
export const TextsProvider = TextsContext.Provider

/** Texts and formats in the user's language. */
export function useTexts (): Texts { return useContext(TextsContext) }
