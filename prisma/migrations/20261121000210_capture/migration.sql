-- Capture mode: until when a server's calls are kept with what they said, which calls were, and what that was, sealed.
ALTER TABLE "mcp_server" ADD COLUMN "capture_until" TIMESTAMPTZ(6);
ALTER TABLE "call_record" ADD COLUMN "captured" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "workspace_setting" ADD COLUMN "captured_body_days" INTEGER;

CREATE TABLE "captured_call" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "sealed" BYTEA NOT NULL,
    "data_key_id" UUID NOT NULL,
    CONSTRAINT "captured_call_pkey" PRIMARY KEY ("workspace_id", "id")
);
CREATE INDEX "captured_call_workspace_id_started_at_idx" ON "captured_call"("workspace_id", "started_at");
ALTER TABLE "captured_call" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "captured_call" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "captured_call" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
-- UPDATE is for a rotation of data keys.
GRANT SELECT, INSERT, UPDATE, DELETE ON "captured_call" TO gatehouse_app;

-- One more global query: removing those that are too old. The shortest time is a day.
GRANT SELECT ("workspace_id", "started_at", "id"), DELETE ON "captured_call" TO gatehouse_system;
CREATE POLICY "global_read" ON "captured_call" FOR SELECT TO gatehouse_system USING (true);
CREATE POLICY "expired" ON "captured_call" FOR DELETE TO gatehouse_system
    USING ("started_at" <= CURRENT_TIMESTAMP - INTERVAL '1 day');
