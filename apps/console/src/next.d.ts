// What Next adds to the language: style sheets as imports.

/// <reference types="next" />

declare module '*.css'
