-- Tokens that are gone here and that their authorization server has not taken back yet: what it takes to ask it again, sealed.
CREATE TABLE "token_revocation" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "sealed" BYTEA NOT NULL,
    "data_key_id" UUID NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "retry_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "token_revocation_pkey" PRIMARY KEY ("workspace_id", "id")
);
CREATE INDEX "token_revocation_retry_at_idx" ON "token_revocation"("retry_at");

ALTER TABLE "token_revocation" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "token_revocation" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "token_revocation" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
GRANT SELECT, INSERT, UPDATE, DELETE ON "token_revocation" TO gatehouse_app;

-- One more global query: which ones are due.
GRANT SELECT ("workspace_id", "id", "retry_at") ON "token_revocation" TO gatehouse_system;
CREATE POLICY "global" ON "token_revocation" FOR SELECT TO gatehouse_system USING (true);
