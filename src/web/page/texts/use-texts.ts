import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { ApiError } from '../api.ts'
import { isTextKey, localeOf, translator, type Language } from './catalogue.ts'
import { formats, type Formats } from './format.ts'

export interface Texts extends Formats {
  language: Language
  locale: string
  dir: 'ltr' | 'rtl'
  t: ReturnType<typeof translator>
  /** What to tell a person about an error: ours where we know its code, else the server's own sentence. */
  reason: (error: unknown) => string
}

export function textsIn (language: Language): Texts {
  const locale = localeOf(language)
  const t = translator(language, locale)
  return {
    ...formats(locale),
    language,
    locale,
    dir: language === 'pseudo' ? 'rtl' : 'ltr',
    t,
    reason: (error) => {
      const { code, message } = error instanceof ApiError ? error : error as { code?: string, message: string }
      const key = `error.${code ?? ''}`
      return isTextKey(key) ? t(key) : message
    },
  }
}

const TextsContext = createContext<Texts>(textsIn('en'))
export const TextsProvider = TextsContext.Provider

/** Texts and formats of the reader's language. */
export function useTexts (): Texts { return useContext(TextsContext) }
