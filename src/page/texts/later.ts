// Texts of the views that are loaded when they are first shown: administration, imports, the user's account.
import { useMemo } from 'preact/hooks'
import { TEXTS, translator, type Catalogue, type Values } from './catalogue.ts'
import type { TextKey } from './en.ts'
import { importEn, type ImportTextKey } from './import-en.ts'
import { importEs } from './import-es.ts'
import { laterEn, type LaterTextKey } from './later-en.ts'
import { laterEs } from './later-es.ts'
import { reasonIn, useTexts, type Texts } from './use-texts.ts'

type LaterKey = TextKey | LaterTextKey | ImportTextKey

const ALL: Catalogue<LaterKey> = {
  en: { ...TEXTS.en, ...laterEn, ...importEn },
  es: { ...TEXTS.es, ...laterEs, ...importEs },
}

export interface LaterTexts extends Omit<Texts, 't'> {
  t: (key: LaterKey, values?: Values) => string
  /** The text for a name that the server sent; undefined if the page has no text for it. */
  known: (key: string) => string | undefined
  /** Day and time in the time zone of this browser, for what belongs to no course. */
  localTime: (iso: string) => string
}

/** Like `useTexts`, with the texts of these views. */
export function useLaterTexts (): LaterTexts {
  const texts = useTexts()
  return useMemo(() => {
    const t = translator(ALL, texts.language, texts.locale)
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
    return {
      ...texts,
      t,
      reason: reasonIn(ALL, t),
      known: (key) => key in ALL.en ? t(key as LaterKey) : undefined,
      localTime: (iso) => texts.exactTime(iso, timeZone),
    }
  }, [texts])
}
