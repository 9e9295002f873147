// The page's texts: two JSON files per language, which the browser loads for the chosen language only. The
// second one has the texts of views whose code is loaded later.
import type laterEnglish from './en-later.json'
import type english from './en.json'

/**
 * The languages of the page, by their own names. `pseudo` is English with accents, from right to left: it
 * shows what a translation would break.
 */
export const LANGUAGES = { en: 'English', es: 'Español' } as const
export type Language = keyof typeof LANGUAGES | 'pseudo'

export type TextKey = keyof typeof english | keyof typeof laterEnglish
/** A text with `{names}`, or one text for each plural category of `{count}`. */
export type Text = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>
export type Catalogue = Partial<Record<TextKey, Text>>
/** The values for the `{names}` in a text. */
export type Values = Readonly<Record<string, string | number>>
/** Looks up a text. `{count}` selects the plural form; numbers use the locale's digits. */
export type Translate = (key: TextKey, values?: Values) => string

/** The texts of the first views, or those of the views whose code is loaded later. */
type Part = 'first' | 'later'

const FILES: Record<keyof typeof LANGUAGES, Record<Part, () => Promise<{ default: Catalogue }>>> = {
  en: { first: () => import('./en.json'), later: () => import('./en-later.json') },
  es: { first: () => import('./es.json'), later: () => import('./es-later.json') },
}

/** A part of the texts of a language. Rejects if the file cannot be loaded. */
export async function loadCatalogue (language: Language, part: Part): Promise<Catalogue> {
  return (await FILES[language === 'pseudo' ? 'en' : language][part]()).default
}

export function translator (texts: Catalogue, language: Language, locale: string): Translate {
  const plurals = new Intl.PluralRules(locale)
  const numbers = new Intl.NumberFormat(locale)
  return (key, values = {}) => {
    const text = texts[key] ?? key
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

function accented (text: string): string {
  return text.replace(/[aeiou]/g, (letter) => `${letter}${letter}\u0301`).replace(
    /[AEIOU]/g,
    (letter) => `${letter}\u0301`
  )
}
