export * as kind from './kinds.ts'
export { isLoopback } from './kinds.ts'
export {
  ConfigError,
  type Environment,
  loadConfig,
  type Setting,
  type Settings,
  type Values,
} from './load.ts'
export { gatehouseNames } from './names.ts'
export { Secret } from './secret.ts'
export { startOrTell, toTell } from './to-tell.ts'
