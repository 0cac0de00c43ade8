// Shortcuts of one character. WCAG 2.1.4 wants that they can be turned off: who speaks to their computer types words.

import { useLocalStorage, useWindowEvent } from '@mantine/hooks'

/** Whether they are on, in this browser. */
export const useSingleKeys = () => useLocalStorage({ key: 'gatehouse-single-keys', defaultValue: true })

/**
 * @param key as typed, whatever other keys the keyboard's layout needs for it
 * @param applies false: the key is somebody else's just now
 */
export function useSingleKey(key: string, act: () => void, applies = () => true): void {
  const [on] = useSingleKeys()
  useWindowEvent('keydown', (event) => {
    if (!on || event.key !== key || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.defaultPrevented || isTyping(event.target) || document.querySelector('[aria-modal="true"]'))
      return
    if (!applies()) return
    event.preventDefault()
    act()
  })
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
