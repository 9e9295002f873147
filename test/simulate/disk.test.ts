// Stories of clicks, deaths, full disks and wrong clocks over the real queue, runner and file library, in a
// random order of everything that takes time. They are the same ones every time: a change that breaks one is
// found when it is made. `npm run test:simulate` tells others.
import { tellStories } from './tell-stories.ts'

tellStories({ runs: 5000, seed: 21, place: 'disk' })
