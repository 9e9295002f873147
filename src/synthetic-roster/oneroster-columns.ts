// The files of OneRoster's CSV binding and their columns, 1.1 (imsglobal.org/oneroster-v11-final-csv-tables)
// and 1.2 (imsglobal.org/spec/oneroster/v1p2/bind/csv), in the order of the specification.

export type OneRosterVersion = '1.1' | '1.2'

/** The files that are written. */
export type OneRosterFile =
  | 'academicSessions'
  | 'categories'
  | 'classes'
  | 'courses'
  | 'enrollments'
  | 'lineItems'
  | 'orgs'
  | 'results'
  | 'roles'
  | 'users'

const LEAD = 'sourcedId,status,dateLastModified'

const COMMON = {
  academicSessions: `${LEAD},title,type,startDate,endDate,parentSourcedId,schoolYear`,
  classes:
    `${LEAD},title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,` +
    'termSourcedIds,subjects,subjectCodes,periods',
  courses: `${LEAD},schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes`,
  enrollments: `${LEAD},classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate`,
  orgs: `${LEAD},name,type,identifier,parentSourcedId`,
}

/** The header line of each file, without its line end. */
export const COLUMNS: Record<OneRosterVersion, Partial<Record<OneRosterFile, string>>> = {
  1.1: {
    ...COMMON,
    categories: `${LEAD},title`,
    lineItems:
      `${LEAD},title,description,assignDate,dueDate,classSourcedId,categorySourcedId,` +
      'gradingPeriodSourcedId,resultValueMin,resultValueMax',
    results: `${LEAD},lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment`,
    users:
      `${LEAD},enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,` +
      'identifier,email,sms,phone,agentSourcedIds,grades,password',
  },
  1.2: {
    ...COMMON,
    categories: `${LEAD},title,weight`,
    lineItems:
      `${LEAD},title,description,assignDate,dueDate,classSourcedId,categorySourcedId,` +
      'academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId',
    results:
      `${LEAD},lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,textScore,` +
      'classSourcedId,inProgress,incomplete,late,missing',
    roles: `${LEAD},userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId`,
    users:
      `${LEAD},enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,` +
      'phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,' +
      'preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns',
  },
}

/** All files that a manifest lists. */
const MANIFEST_FILES: Record<OneRosterVersion, readonly string[]> = {
  1.1: [
    'academicSessions',
    'categories',
    'classes',
    'classResources',
    'courses',
    'courseResources',
    'demographics',
    'enrollments',
    'lineItems',
    'orgs',
    'resources',
    'results',
    'users',
  ],
  1.2: [
    'academicSessions',
    'categories',
    'classes',
    'classResources',
    'courses',
    'courseResources',
    'demographics',
    'enrollments',
    'lineItemLearningObjectiveIds',
    'lineItems',
    'lineItemScoreScales',
    'orgs',
    'resources',
    'resultLearningObjectiveIds',
    'results',
    'resultScoreScales',
    'roles',
    'scoreScales',
    'userProfiles',
    'userResources',
    'users',
  ],
}

/** The text of `manifest.csv` for a bundle that has these files. */
export function manifest (
  version: OneRosterVersion,
  mode: 'bulk' | 'delta',
  files: readonly OneRosterFile[],
  system: { name: string, code: string } = { name: 'Perfbook synthetic roster', code: 'synthetic' }
): string {
  const present = new Set<string>(files)
  return [
    'propertyName,value',
    'manifest.version,1.0',
    `oneroster.version,${version}`,
    ...MANIFEST_FILES[version].map((file) => `file.${file},${present.has(file) ? mode : 'absent'}`),
    `source.systemName,${system.name}`,
    `source.systemCode,${system.code}`,
  ].join('\r\n') + '\r\n'
}
