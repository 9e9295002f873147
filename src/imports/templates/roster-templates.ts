// Templates of rosters: one class, its teacher and two students. No two of them share an id, because the
// records of all rosters are told apart by their ids.

/** The files of a template, by name. */
export type TemplateFiles = Readonly<Record<string, string>>

export const ONE_ROSTER_TEMPLATE: TemplateFiles = {
  'manifest.csv': `propertyName,value
manifest.version,1.0
oneroster.version,1.1
file.academicSessions,bulk
file.categories,bulk
file.classes,bulk
file.courses,bulk
file.enrollments,bulk
file.lineItems,bulk
file.orgs,bulk
file.results,bulk
file.users,bulk
`,
  'orgs.csv': 'sourcedId,status,dateLastModified,name,type\nschool-1,,,Example School,school\n',
  'academicSessions.csv': `sourcedId,status,dateLastModified,title,type,startDate,endDate,schoolYear
term-1,,,Spring 2027,term,2027-01-11,2027-05-28,2027
`,
  'courses.csv': 'sourcedId,status,dateLastModified,title,courseCode,orgSourcedId\n' +
    'course-1,,,Physics I,PHYS1,school-1\n',
  'classes.csv': 'sourcedId,status,dateLastModified,title,courseSourcedId,classCode,schoolSourcedId,' +
    'termSourcedIds\nclass-1,,,Physics I,course-1,PHYS1-1,school-1,term-1\n',
  'users.csv': 'sourcedId,status,dateLastModified,enabledUser,role,username,givenName,familyName,' +
    `identifier,email
teacher-1,,,true,teacher,mayer,Maria,Mayer,T-1,mayer@school.example
student-1,,,true,student,ann,Ann,Lee,0042,ann@school.example
student-2,,,true,student,bob,Bob,Poe,0043,bob@school.example
`,
  'enrollments.csv': 'sourcedId,status,dateLastModified,classSourcedId,userSourcedId,role,beginDate,' +
    `endDate
enrollment-1,,,class-1,teacher-1,teacher,,
enrollment-2,,,class-1,student-1,student,,
enrollment-3,,,class-1,student-2,student,,
`,
  'categories.csv': 'sourcedId,status,dateLastModified,title\ncategory-1,,,Homework\n',
  'lineItems.csv': 'sourcedId,status,dateLastModified,title,classSourcedId,categorySourcedId,dueDate,' +
    'resultValueMin,resultValueMax\nitem-1,,,HW 1,class-1,category-1,2027-02-01,0,10\n',
  'results.csv': `sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score
result-1,,,item-1,student-1,fully graded,7.5
result-2,,,item-1,student-2,not submitted,
`,
}

/** School Data Sync v2.1. */
export const SDS_TEMPLATE: TemplateFiles = {
  'orgs.csv': 'sourcedId,name,type\nsds-school-1,Example School,school\n',
  'academicSessions.csv': 'sourcedId,title,type,schoolYear,startDate,endDate\n' +
    'sds-term-1,Spring 2027,term,2027,2027-01-11,2027-05-28\n',
  'courses.csv': 'sourcedId,orgSourcedId,title,code\nsds-course-1,sds-school-1,Physics I,PHYS1\n',
  'classes.csv': 'sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId\n' +
    'sds-class-1,sds-school-1,Physics I,sds-term-1,sds-course-1\n',
  'users.csv': `sourcedId,username,givenName,familyName,email
sds-teacher-1,mayer@school.example,Maria,Mayer,mayer@school.example
sds-student-1,ann@school.example,Ann,Lee,ann@school.example
sds-student-2,bob@school.example,Bob,Poe,bob@school.example
`,
  'roles.csv': `userSourcedId,orgSourcedId,role
sds-teacher-1,sds-school-1,teacher
sds-student-1,sds-school-1,student
sds-student-2,sds-school-1,student
`,
  'enrollments.csv': `classSourcedId,userSourcedId,role
sds-class-1,sds-teacher-1,teacher
sds-class-1,sds-student-1,student
sds-class-1,sds-student-2,student
`,
}

export const CLEVER_TEMPLATE: TemplateFiles = {
  'schools.csv': 'School_id,School_name,School_number\n1,Example School,1\n',
  'students.csv': `School_id,Student_id,Student_number,Last_name,First_name,Student_email
1,clever-student-1,0042,Lee,Ann,ann@school.example
1,clever-student-2,0043,Poe,Bob,bob@school.example
`,
  'teachers.csv': 'School_id,Teacher_id,Teacher_email,First_name,Last_name\n' +
    '1,clever-teacher-1,mayer@school.example,Maria,Mayer\n',
  'sections.csv': 'School_id,Section_id,Teacher_id,Name,Course_name,Course_number,Period,Term_name,' +
    'Term_start,Term_end\n' +
    '1,clever-section-1,clever-teacher-1,Physics I,Physics I,PHYS1,1,Spring 2027,01/11/2027,05/28/2027\n',
  'enrollments.csv': `School_id,Section_id,Student_id
1,clever-section-1,clever-student-1
1,clever-section-1,clever-student-2
`,
}
