// The token of a link that works once: in the fragment, which browsers send to nobody.

import { useEffect, useState } from 'react'

/** Undefined until the page is alive; "" where there is none. Another link pasted into the same page counts. */
export function useLinkToken(): string | undefined {
  const [token, setToken] = useState<string>()
  useEffect(() => {
    const read = () => setToken(new URLSearchParams(window.location.hash.slice(1)).get('token') ?? '')
    read()
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [])
  return token
}
