export { buildConnector, Dispatcher, Pool } from 'undici'
