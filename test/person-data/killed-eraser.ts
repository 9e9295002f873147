// Erases a person and dies on the way: `rows`: before the commit, `bytes`: after it, before the first bytes
// are removed. A fourth argument is settings as JSON.
import { readConfig } from '../../src/config.ts'
import { createDiskStorage } from '../../src/files/storage/disk.ts'
import { erasePerson } from '../../src/person-data/erase-person.ts'
import { findPeople } from '../../src/person-data/person.ts'
import { createServices } from '../../src/services.ts'

const [dataDir, text, moment, settings = '{}'] = process.argv.slice(2)
const QUIET = { info () {}, warn () {}, error () {} }
const die = () => {
  process.kill(process.pid, 'SIGKILL')
}

const config = readConfig({ DATA_DIR: dataDir, ...JSON.parse(settings) as object })
const storage = {
  ...createDiskStorage(config.filesFolder, config.quarantineFolder),
  remove: async () => { die() },
}
const services = await createServices({ config, log: QUIET, storage })
const { db, files, clock } = services
const [person] = await findPeople(db.reads, text!)
await erasePerson(person!, {
  db: {
    ...db,
    write: (work) =>
      db.write(async (trx) => {
        const result = await work(trx)
        if (moment === 'rows') die()
        return result
      }),
  },
  files,
  now: clock.now,
})
