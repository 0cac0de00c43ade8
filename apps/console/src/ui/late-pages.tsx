'use client'
// What takes the place of a screen. Every page knows the way to them, and few ever go it.

import dynamic from 'next/dynamic'

export const ScreenFailed = dynamic(() => import('./screen-failed.tsx').then((page) => page.ScreenFailed))
export const NothingHere = dynamic(() => import('./nothing-here.tsx').then((page) => page.NothingHere))
