-- What an owner sets for a workspace; no row: as the installation has it.
CREATE TABLE "workspace_setting" (
    "workspace_id" UUID NOT NULL,
    "call_record_days" INTEGER,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "workspace_setting_pkey" PRIMARY KEY ("workspace_id")
);
ALTER TABLE "workspace_setting" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "workspace_setting" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "workspace_setting" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
GRANT SELECT, INSERT, UPDATE ON "workspace_setting" TO gatehouse_app;

-- Two more global queries: how long each workspace keeps its call records, and removing those that are too old. The shortest time
-- is a day, so the policy lets gatehouse_system remove nothing that is younger.
GRANT SELECT ON "workspace_setting" TO gatehouse_system;
CREATE POLICY "global" ON "workspace_setting" FOR SELECT TO gatehouse_system USING (true);
GRANT SELECT ("workspace_id", "started_at", "id"), DELETE ON "call_record" TO gatehouse_system;
CREATE POLICY "global_read" ON "call_record" FOR SELECT TO gatehouse_system USING (true);
CREATE POLICY "expired" ON "call_record" FOR DELETE TO gatehouse_system
    USING ("started_at" <= CURRENT_TIMESTAMP - INTERVAL '1 day');

-- What runs, for people to see.
ALTER TABLE "gateway_lease" ADD COLUMN "version" TEXT NOT NULL DEFAULT '';
