// Like `store.test.ts`, but with two nodes that share a PostgreSQL: deliveries by pg-boss, whose statements
// are real and whose timers are those of the story.
import t from 'tap'
import { noPostgres } from '../support/postgres.ts'
import { tellStories } from './tell-stories.ts'

if (noPostgres === false) tellStories({ runs: 15, seed: 25, onPostgres: true })
else t.pass('no stories', { skip: noPostgres })
