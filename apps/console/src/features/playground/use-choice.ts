// Which server, which tool, as whom: in the address, so that a link from another screen or a call record leads here.

import { parseAsString, useQueryStates } from 'nuqs'

export function useChoice() {
  const [choice, set] = useQueryStates(
    {
      /** Slug or id. */
      server: parseAsString.withDefault(''),
      tool: parseAsString.withDefault(''),
      /** Id of an API key; "" is the person themselves. */
      as: parseAsString.withDefault(''),
      /** JSON with which the form begins. */
      arguments: parseAsString.withDefault(''),
    },
    { history: 'replace' },
  )
  return { choice, set }
}
