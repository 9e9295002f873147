/** How many times as many runs as usual the random tests of imports do. */
const TIMES = Number(process.env['FUZZ_TIMES'] ?? 1)

/** The runs of a random test: `usual`, or more with FUZZ_TIMES. */
export function fuzzRuns (usual: number): number { return usual * TIMES }
