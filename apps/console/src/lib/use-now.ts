// The time, again every second, for what reads "4 s ago".

import { useEffect, useState } from 'react'

/** Unix ms; 0 until the page is alive, so that server and browser render the same. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(0)
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
