/** Why a table cannot be filled in, where it is the same for all. The page says it in its languages. */
export const FILL_IN_MESSAGES = {
  empty: 'The file is empty.',
  encrypted: 'The file is encrypted with a password. Save it without one and send it again.',
  old_excel:
    'The file is an old Excel document (.xls). Save it as "Excel Workbook (.xlsx)" and send it again.',
  not_excel: 'The file is an archive, but not an Excel workbook (.xlsx).',
  macros:
    'The workbook has macros. Save it as "Excel Workbook (.xlsx)", which has none, and send it again.',
  signed: 'The workbook is signed, and a change would break its signature.',
  no_visible_sheet: 'The workbook has no visible sheet with cells.',
  not_text: 'The file is not text in UTF-8. Save the file as "CSV UTF-8" and send it again.',
  separator: 'The separator of the file must be a comma, a semicolon or a tab.',
  no_grades: 'The course has no grading scale, so it has no grades.',
} as const
