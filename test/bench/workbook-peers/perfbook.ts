import { exportCourse } from './export-course.ts'
import { measure } from './measure.ts'

await measure(exportCourse)
