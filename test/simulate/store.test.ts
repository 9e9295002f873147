// Like `disk.test.ts`, but with files in an object store.
import { tellStories } from './tell-stories.ts'

tellStories({ runs: 3000, seed: 23, place: 'store' })
