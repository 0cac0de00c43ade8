'use client'
// A screen that failed by itself.

export { ScreenFailed as default } from '#ui/late-pages.tsx'
