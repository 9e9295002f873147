import type { User } from '../../http/schemas/users.ts'
import { ImportView } from '../imports/import-view.tsx'
import type { AdminPart } from '../router.ts'
import { useTexts } from '../texts/use-texts.ts'
import { useTitle } from '../use-title.ts'
import { AuditLog } from './audit/audit-log.tsx'
import { JobDetails } from './jobs/job-details.tsx'
import { Jobs } from './jobs/jobs.tsx'
import { CourseFiles } from './storage/course-files.tsx'
import { StorageOverview } from './storage/storage-overview.tsx'
import { UserPage } from './users/user-page.tsx'
import { Users } from './users/users.tsx'

/** The views for administrators. Other users do not get here. */
export function Admin (
  { part, id, query, user }: { part: AdminPart, id: number | null, query: URLSearchParams, user: User }
) {
  const { t } = useTexts()
  useTitle(id === null ? t(`nav.${part}`) : `${t(`nav.${part}`)} ${id}`)
  switch (part) {
    case 'import':
      return <ImportPage query={query} />
    case 'users':
      return id === null ? <Users user={user} /> : <UserPage key={id} userId={id} />
    case 'jobs':
      return id === null ? <Jobs query={query} /> : <JobDetails key={id} jobId={id} />
    case 'storage':
      return id === null ? <StorageOverview /> : <CourseFiles key={id} courseId={id} query={query} />
    case 'audit':
      return <AuditLog query={query} />
  }
}

function ImportPage ({ query }: { query: URLSearchParams }) {
  const { t } = useTexts()
  return (
    <>
      <div class='bar'>
        <h1>{t('nav.import')}</h1>
      </div>
      <ImportView query={query} />
    </>
  )
}
