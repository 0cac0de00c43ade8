-- How servers do: one row each, written when something changes or was confirmed a while ago.
CREATE TABLE "server_health" (
    "workspace_id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'unknown',
    "since" TIMESTAMPTZ(6) NOT NULL,
    "measured" TEXT,
    "checked_at" TIMESTAMPTZ(6),
    "last_success_at" TIMESTAMPTZ(6),
    "code" TEXT,
    "http_status" INTEGER,
    "detail" TEXT,
    "call_failures" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(6),
    "watched_until" TIMESTAMPTZ(6),
    CONSTRAINT "server_health_pkey" PRIMARY KEY ("workspace_id", "server_id"),
    CONSTRAINT "server_health_workspace_id_server_id_fkey" FOREIGN KEY ("workspace_id", "server_id")
        REFERENCES "mcp_server"("workspace_id", "id") ON DELETE CASCADE ON UPDATE CASCADE
);
ALTER TABLE "server_health" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "server_health" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "server_health" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
GRANT SELECT, INSERT, UPDATE, DELETE ON "server_health" TO gatehouse_app;
-- Two more global queries: what a batch of call records says, and which servers are to be looked at.
GRANT SELECT, INSERT, UPDATE ON "server_health" TO gatehouse_system;
CREATE POLICY "global_read" ON "server_health" FOR SELECT TO gatehouse_system USING (true);
CREATE POLICY "global_insert" ON "server_health" FOR INSERT TO gatehouse_system WITH CHECK (true);
CREATE POLICY "global_update" ON "server_health" FOR UPDATE TO gatehouse_system USING (true) WITH CHECK (true);

-- Work that one process of the registry does for all of them, until its row runs out.
CREATE TABLE "worker_lease" (
    "name" TEXT NOT NULL,
    "holder" UUID NOT NULL,
    "until" TIMESTAMPTZ(6) NOT NULL,
    CONSTRAINT "worker_lease_pkey" PRIMARY KEY ("name")
);
GRANT SELECT, INSERT, UPDATE, DELETE ON "worker_lease" TO gatehouse_system;

-- Counted when the list is kept: lists of servers show it.
ALTER TABLE "tool_catalogue" ADD COLUMN "tool_count" INTEGER;
