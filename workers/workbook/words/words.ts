import type { WorkbookLanguage } from '../workbook-request.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import type { WorkbookWords } from './workbook-words.ts'

const WORDS: Readonly<Record<WorkbookLanguage, WorkbookWords>> = { en, es }

/** The words of workbooks in a language. */
export function wordsOf (language: WorkbookLanguage): WorkbookWords {
  return WORDS[language]
}
