export * from './api-keys.ts'
export * from './calls.ts'
export * from './primitives.ts'
export * from './servers.ts'
