// Stories of clicks, deaths, full disks and wrong clocks over the real queue, runner and file library, in a
// random order of everything that takes time. The stories are the same every time, so that a change that
// breaks one is found at once. `npm run test:simulate` runs others.
import { tellStories } from './tell-stories.ts'

tellStories({ runs: 7000, seed: 21, place: 'disk' })
