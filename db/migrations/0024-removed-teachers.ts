// Whom a roster names by another email address than before is still removed from a course: the source id of a
// teacher who was removed by hand is kept.
export const REMOVED_TEACHERS = [
  'ALTER TABLE teachers_by_hand ADD COLUMN source_id TEXT',
  'ALTER TABLE undo_teachers_by_hand ADD COLUMN source_id TEXT',
  `UPDATE teachers_by_hand SET source_id = (SELECT min(t.source_id) FROM course_teachers t
    JOIN users u ON u.email_key = t.email_key
    WHERE u.id = teachers_by_hand.user_id AND t.course_id = teachers_by_hand.course_id)
    WHERE is_removed = 1`,
]
