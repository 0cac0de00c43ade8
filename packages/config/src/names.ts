// Every optional setting of the product. An app ignores those that are another app's, and refuses what no app knows.

export const gatehouseNames = [
  'GATEHOUSE_ALLOWED_HOSTS',
  'GATEHOUSE_ALLOWED_ORIGINS',
  'GATEHOUSE_DATA_DIR',
  'GATEHOUSE_DRAIN_MS',
  'GATEHOUSE_EGRESS_ALLOW',
  'GATEHOUSE_EGRESS_CA_FILE',
  'GATEHOUSE_EGRESS_PROXY',
  'GATEHOUSE_HOST',
  'GATEHOUSE_INTERNAL_INSECURE',
  'GATEHOUSE_LOCAL_START',
  'GATEHOUSE_LOG_LEVEL',
  'GATEHOUSE_SETTLE_MS',
  'GATEHOUSE_TRUSTED_PROXIES',
] as const
