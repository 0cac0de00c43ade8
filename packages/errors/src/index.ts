export { AppError, type AppErrorOptions, toAppError } from './app-error.ts'
export { AuthError, renderFlat } from './auth-error.ts'
export { type Code, type CodeRow, codes } from './codes.ts'
export { type ErrorResponse, renderErrorPage, renderErrorResponse, renderRpcError } from './render.ts'
