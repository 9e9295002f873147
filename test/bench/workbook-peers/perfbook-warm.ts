// The second export of a thread, as in a service that has run for a while.
import { exportCourse } from './export-course.ts'
import { measure } from './measure.ts'

await measure(exportCourse, { before: exportCourse })
