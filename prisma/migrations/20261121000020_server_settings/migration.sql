-- Tools that are switched off, and which protocol eras a server showed.
ALTER TABLE "mcp_server"
  ADD COLUMN "disabled_tools" TEXT[] DEFAULT ARRAY[]::TEXT[],
  ADD COLUMN "speaks_legacy" BOOLEAN,
  ADD COLUMN "speaks_modern" BOOLEAN,
  ADD COLUMN "eras_checked_at" TIMESTAMPTZ(6);
