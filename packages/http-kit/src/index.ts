export { type Allowed, allowed, checkHostAndOrigin } from './guards.ts'
export { type DrainTimes, drain, listen, onStop } from './lifecycle.ts'
export { newRequestId } from './request-id.ts'
