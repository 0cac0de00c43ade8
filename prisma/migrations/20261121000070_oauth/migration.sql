-- Accounts at servers that want OAuth: clients we are at authorization servers, the tokens that people and services were given
-- there, and visits that are under way to get one.
CREATE TABLE "oauth_provider" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "server_id" UUID,
    "owner_id" UUID,
    "issuer" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "metadata" JSONB NOT NULL,
    "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "client_id" TEXT NOT NULL,
    "sealed_secret" BYTEA,
    "data_key_id" UUID,
    "auth_method" TEXT NOT NULL,
    "redirect_uri" TEXT NOT NULL,
    "secret_expires_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "oauth_provider_pkey" PRIMARY KEY ("workspace_id", "id"),
    CONSTRAINT "oauth_provider_workspace_id_server_id_fkey" FOREIGN KEY ("workspace_id", "server_id")
        REFERENCES "mcp_server"("workspace_id", "id") ON DELETE CASCADE ON UPDATE CASCADE
);
-- One per server and person, and one for the services of a server.
CREATE UNIQUE INDEX "oauth_provider_of_owner" ON "oauth_provider"
    ("workspace_id", "server_id", COALESCE("owner_id", '00000000-0000-0000-0000-000000000000')) WHERE "server_id" IS NOT NULL;

CREATE TABLE "oauth_token" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "provider_id" UUID NOT NULL,
    "server_id" UUID,
    "owner_id" UUID,
    "label" TEXT NOT NULL DEFAULT '',
    "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "state" TEXT NOT NULL DEFAULT 'active',
    "sealed" BYTEA NOT NULL,
    "data_key_id" UUID NOT NULL,
    "generation" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "expires_at" TIMESTAMPTZ(6),
    "refresh_expires_at" TIMESTAMPTZ(6),
    "claim_id" UUID,
    "claim_until" TIMESTAMPTZ(6),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "retry_at" TIMESTAMPTZ(6),
    "last_refresh_at" TIMESTAMPTZ(6),
    "last_refresh_result" TEXT,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "agent_id" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "oauth_token_pkey" PRIMARY KEY ("workspace_id", "id"),
    CONSTRAINT "oauth_token_workspace_id_provider_id_fkey" FOREIGN KEY ("workspace_id", "provider_id")
        REFERENCES "oauth_provider"("workspace_id", "id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "oauth_token_workspace_id_server_id_fkey" FOREIGN KEY ("workspace_id", "server_id")
        REFERENCES "mcp_server"("workspace_id", "id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "oauth_token_workspace_id_provider_id_idx" ON "oauth_token"("workspace_id", "provider_id", "owner_id");
CREATE INDEX "oauth_token_workspace_id_server_id_idx" ON "oauth_token"("workspace_id", "server_id", "owner_id");

CREATE TABLE "auth_session" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "provider_id" UUID NOT NULL,
    "server_id" UUID,
    "owner_id" UUID,
    "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "strategy" TEXT NOT NULL,
    "agent_id" TEXT,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "link_hash" BYTEA NOT NULL,
    "state_hash" BYTEA,
    "sealed" BYTEA,
    "data_key_id" UUID,
    "browser_hash" BYTEA,
    "status" TEXT NOT NULL DEFAULT 'PENDING',
    "token_id" UUID,
    "failure" TEXT,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "auth_session_pkey" PRIMARY KEY ("workspace_id", "id"),
    CONSTRAINT "auth_session_workspace_id_provider_id_fkey" FOREIGN KEY ("workspace_id", "provider_id")
        REFERENCES "oauth_provider"("workspace_id", "id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "auth_session_workspace_id_server_id_fkey" FOREIGN KEY ("workspace_id", "server_id")
        REFERENCES "mcp_server"("workspace_id", "id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "auth_session_link_hash_key" ON "auth_session"("link_hash");
CREATE UNIQUE INDEX "auth_session_state_hash_key" ON "auth_session"("state_hash");
CREATE INDEX "auth_session_expires_at_idx" ON "auth_session"("expires_at");

ALTER TABLE "oauth_provider" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "oauth_provider" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "oauth_provider" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
ALTER TABLE "oauth_token" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "oauth_token" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "oauth_token" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
ALTER TABLE "auth_session" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "auth_session" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "auth_session" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
GRANT SELECT, INSERT, UPDATE, DELETE ON "oauth_provider", "oauth_token", "auth_session" TO gatehouse_app;

-- Three more global queries: whose visit a browser comes with or comes back to, which ones are over, and which tokens are to be
-- refreshed soon. Nothing that is sealed is among these columns.
GRANT SELECT ("workspace_id", "id", "owner_id", "link_hash", "state_hash", "expires_at"), DELETE ON "auth_session" TO gatehouse_system;
CREATE POLICY "global" ON "auth_session" FOR SELECT TO gatehouse_system USING (true);
CREATE POLICY "expired" ON "auth_session" FOR DELETE TO gatehouse_system
    USING ("expires_at" <= CURRENT_TIMESTAMP - INTERVAL '1 day');
GRANT SELECT ("workspace_id", "id", "state", "expires_at", "refresh_expires_at", "claim_until", "retry_at") ON "oauth_token" TO gatehouse_system;
CREATE POLICY "global" ON "oauth_token" FOR SELECT TO gatehouse_system USING (true);
