// What URLs are compared by, also for texts that are none.

import { expect, test } from 'vitest'
import { urlKeyOf } from './check-url.ts'

test('slashes at the end do not count; a text full of others costs no time', () => {
  expect([' https://A.test/x// ', '///', 'a//b'].map(urlKeyOf)).toEqual(['https://a.test/x', '', 'a//b'])
  const from = performance.now()
  expect(urlKeyOf(`${'/'.repeat(250_000)}a`)).toHaveLength(250_001)
  expect(performance.now() - from).toBeLessThan(20_000)
})
