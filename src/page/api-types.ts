// What the API answers, as far as the page reads it. Times are UTC ISO 8601; scores and averages are
// fractions.

export interface User {
  id: number
  email: string
  first_name: string | null
  last_name: string | null
  role: 'admin' | 'teacher' | 'student'
}

export interface CourseItem {
  id: number
  source_id: string
  name: string
  term: string | null
  school: string | null
  student_count: number
}

export interface Course {
  id: number
  source_id: string
  name: string
  time_zone: string
  school: string | null
  term: string | null
  missing_counts: 'ignored' | 'zero'
}

export interface Spread {
  class_average: number | null
  lowest: number | null
  highest: number | null
}

export interface Category extends Spread {
  id: number
  name: string
  weight: number
}

export interface Task extends Spread {
  id: number
  title: string
  type: 'homework' | 'reading' | 'external'
  category_id: number | null
  due_at: string | null
  points_possible: number | null
}

export type Status = 'not_started' | 'in_progress' | 'completed' | 'submitted' | 'missing' | 'exempt'

export interface Cell {
  id: number
  status: Status
  score: number | null
  points: number | null
  exercise_count: number | null
  correct_exercise_count: number | null
  recovered_exercise_count: number | null
  is_late: boolean
  is_provisional: boolean
  submitted_at: string | null
}

export interface Student {
  id: number
  name: string | null
  first_name: string | null
  last_name: string | null
  student_identifier: string | null
  email: string | null
  period_id: number | null
  is_dropped: boolean
  course_average: number | null
  category_averages: Array<number | null>
  data: Array<Cell | null>
}

export interface Period {
  id: number
  name: string
}

export interface Book {
  course: Course
  periods: Period[]
  categories: Category[]
  data_headings: Task[]
  students: Student[]
  course_average: number | null
  course_lowest: number | null
  course_highest: number | null
  next_cursor: string | null
}

export interface ExportOptions {
  sheets?: 'course' | 'period'
  values?: 'percent' | 'points'
  include_dropped?: boolean
}

export interface ExportItem {
  id: number
  filename: string
  url: string
  created_at: string
  size: number
  job_id: number | null
  is_current: boolean
  expires_at: string | null
  created_by: string | null
  options: ExportOptions
}

export interface Ticket {
  id: number
  requested_at: string
  joined: boolean
}

export interface Job {
  id: number
  status: 'queued' | 'started' | 'succeeded' | 'failed' | 'canceled'
  export_id: number | null
  progress: number
  queue_position: number
  seconds_left: number | null
  created_at: string
  error: { code: string, message: string } | null
  url: string | null
}

export interface Settings {
  missing_counts?: 'ignored' | 'zero'
  time_zone?: string
  categories?: Array<{ id: number, weight: number | null }>
}

export interface SettingsAnswer {
  course: Course
  categories: Category[]
  course_average?: number | null
  students?: Array<{ id: number, course_average: number | null }>
}
