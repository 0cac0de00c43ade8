// Files that only somebody hostile would write.

import { expect, test } from 'vitest'
import { parseFile } from './parse-file.ts'

test('a file that is nothing but mistakes is judged no further than they are shown', () => {
  const disabled_tools = Array(100_000).fill(0)
  const servers = Array(80).fill({ disabled_tools }) // 16 MB
  const from = performance.now()
  const refused = () => parseFile({ format: 'gatehouse-workspace', version: 1, servers })
  expect(refused).toThrow(expect.objectContaining({ code: 'import_invalid' }))
  expect(performance.now() - from).toBeLessThan(20_000)
})
