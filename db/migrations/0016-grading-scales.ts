// The grading scale of a course, as JSON: what an import brought, and what a teacher set, which wins. `[]`
// that was set: the course has no scale, whatever an import brings.
export const GRADING_SCALES = [
  'ALTER TABLE courses ADD COLUMN imported_grading_scale TEXT',
  'ALTER TABLE courses ADD COLUMN set_grading_scale TEXT',
]
