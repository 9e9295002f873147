// The grading scale of a course, as JSON: the imported one, and the one that a teacher set, which wins. If a
// teacher set `[]`, the course has no scale, whatever an import brings.
export const GRADING_SCALES = [
  'ALTER TABLE courses ADD COLUMN imported_grading_scale TEXT',
  'ALTER TABLE courses ADD COLUMN set_grading_scale TEXT',
]
