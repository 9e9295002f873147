// Which tasks and students came with a grade book file: a roster must not remove them.
export const GRADE_BOOKS = [
  'ALTER TABLE tasks ADD COLUMN grade_book TEXT',
  'ALTER TABLE students ADD COLUMN grade_book TEXT',
  // Earlier versions did not record it. In a course of a roster every task of the roster has line items, and
  // every student an enrollment.
  `UPDATE tasks SET grade_book = 'unknown'
    WHERE course_id IN (SELECT id FROM courses WHERE "grouping" IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM task_sources s WHERE s.task_id = tasks.id)`,
  `UPDATE students SET grade_book = 'unknown'
    WHERE course_id IN (SELECT id FROM courses WHERE "grouping" IS NOT NULL)
    AND NOT EXISTS (
      SELECT 1 FROM roster_records r WHERE r.kind = 'enrollment' AND r.other = students.source_id
    ) AND is_unenrolled = 0`,
  // In other courses, tasks from a grade book file are in a category that only such files make.
  `UPDATE tasks SET grade_book = 'unknown'
    WHERE grade_book IS NULL AND type = 'external' AND due_at IS NULL AND due_on IS NULL AND category_id IN (
      SELECT c.id FROM categories c JOIN courses k ON k.id = c.course_id
      WHERE c.source_id = 'Tasks' AND c.name = 'Tasks' AND k."grouping" IS NULL)`,
  `UPDATE students SET grade_book = 'unknown' WHERE grade_book IS NULL AND course_id IN (
    SELECT t.course_id FROM tasks t JOIN courses k ON k.id = t.course_id WHERE k."grouping" IS NULL
    GROUP BY t.course_id HAVING count(*) = count(t.grade_book))`,
]
