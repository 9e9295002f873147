import regexp from 'eslint-plugin-regexp'
import neostandard from 'neostandard'

export default [
  ...neostandard({ ts: true, ignores: ['data/**', 'dist/**', '.tap/**', 'coverage/**', '**/*.d.ts'] }),
  {
    files: ['**/*.ts', '**/*.tsx'],
    rules: {
      // The fixed floors of the house are judged by test/floors.test.ts; here only what a reader trips over.
      'no-console': 'error',
      'object-shorthand': 'error',
      // Rows and answers have snake_case names.
      camelcase: 'off',
      // `void promise` says that nobody waits for it.
      'no-void': ['error', { allowAsStatement: true }],
      'no-unmodified-loop-condition': 'off',
      // Links, long texts in one piece and regular expressions have no place to break.
      '@stylistic/max-len': ['error', {
        code: 110,
        ignoreUrls: true,
        ignoreRegExpLiterals: true,
      }],
      '@stylistic/object-property-newline': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    // Steps of the schema that were released never change, not even their line breaks.
    files: ['db/migrations/000[1-6]-*.ts'],
    rules: { '@stylistic/max-len': 'off' },
  },
  {
    // A text from outside may have megabytes: every expression takes time in proportion to its length.
    files: ['src/**', 'workers/**', 'db/**', 'tools/**'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: false }],
    },
  },
]
