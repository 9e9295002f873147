// Pseudonyms are the same again when a course that an import removed comes back.
export const UNDO_PSEUDONYMS = ['ALTER TABLE undo_students ADD COLUMN pseudonym TEXT']
