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
      '@stylistic/object-property-newline': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
]
