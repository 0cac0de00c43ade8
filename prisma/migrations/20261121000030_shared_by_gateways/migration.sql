-- What gateways share: where they reach each other, sessions that they opened at servers, and what sessions of clients set.
CREATE TABLE "gateway_address" (
    "gateway_id" UUID NOT NULL,
    "address" TEXT NOT NULL,
    "stream_id" UUID NOT NULL,
    "seen_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "gateway_address_pkey" PRIMARY KEY ("gateway_id")
);

CREATE TABLE "upstream_session" (
    "workspace_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "variant" TEXT NOT NULL,
    "id" UUID NOT NULL,
    "generation" UUID NOT NULL,
    "opening_until" TIMESTAMPTZ(6),
    "sealed" BYTEA,
    "data_key_id" UUID,
    "gateways" UUID[] DEFAULT ARRAY[]::UUID[],
    "used_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "upstream_session_pkey" PRIMARY KEY ("workspace_id", "key_id", "server_id", "variant"),
    CONSTRAINT "upstream_session_workspace_id_server_id_fkey" FOREIGN KEY ("workspace_id", "server_id")
        REFERENCES "mcp_server"("workspace_id", "id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "upstream_session_used_at_idx" ON "upstream_session"("used_at");

CREATE TABLE "session_note" (
    "workspace_id" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "notes" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    CONSTRAINT "session_note_pkey" PRIMARY KEY ("workspace_id", "digest")
);
CREATE INDEX "session_note_expires_at_idx" ON "session_note"("expires_at");

ALTER TABLE "upstream_session" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "upstream_session" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "upstream_session" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
ALTER TABLE "session_note" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "session_note" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "session_note" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
GRANT SELECT, INSERT, UPDATE, DELETE ON "upstream_session", "session_note" TO gatehouse_app;

-- Two more global queries: which sessions are idle, wherever they are, and which notes have expired.
GRANT SELECT, INSERT, UPDATE, DELETE ON "gateway_address" TO gatehouse_system;
GRANT SELECT ON "upstream_session" TO gatehouse_system;
CREATE POLICY "global" ON "upstream_session" FOR SELECT TO gatehouse_system USING (true);
GRANT SELECT, DELETE ON "session_note" TO gatehouse_system;
CREATE POLICY "global" ON "session_note" TO gatehouse_system USING (true);
