export type WorkbookFailureCode = 'WORKBOOK_TOO_LARGE' | 'CHECK_FAILED'

/**
 * The workbook could not be made, for a reason that the message explains to a teacher. Nothing of it stays on
 * disk.
 */
export class WorkbookFailure extends Error {
  readonly code: WorkbookFailureCode
  constructor (code: WorkbookFailureCode, message: string) {
    super(message)
    this.code = code
  }
}
