// Where the focus goes when a dialog is gone: back to what it was opened from. Dialogs here come and go as a whole, so that
// their code is fetched when they open; their own return of the focus never sees them open.

import { useEffect } from 'react'

export function useFocusReturn(opened: boolean): void {
  useEffect(() => {
    if (!opened) return
    const from = document.activeElement
    return () => {
      if (from instanceof HTMLElement) from.focus()
    }
  }, [opened])
}
