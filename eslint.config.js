import neostandard from 'neostandard'

export default [
  ...neostandard({ ts: true, ignores: ['data/**', 'dist/**', '.tap/**', 'coverage/**', '**/*.d.ts'] }),
  {
    files: ['**/*.ts'],
    rules: {
      // The fixed floors of the house are judged by test/floors.test.ts; here only what a reader trips over.
      'no-console': 'error',
      'object-shorthand': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
]
