// Usage.

import { usage, usageQuery } from '../usage.ts'
import type { Operation } from './operation.ts'

export const usageOperations: readonly Operation[] = [
  {
    id: 'readUsage',
    method: 'get',
    path: '/v1/usage',
    tag: 'Calls',
    summary: 'Read usage',
    description:
      "Calls, errors and latencies over an hour to 90 days, in all and for the servers, tools or keys with the most calls. With `calls:own` those of one's own keys.",
    permission: 'calls:own',
    query: usageQuery,
    answers: { 200: { description: 'A total and series', schema: usage } },
    codes: [],
  },
]
