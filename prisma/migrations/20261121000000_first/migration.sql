-- The first schema: tables as prisma/schema.prisma has them, then roles, row level security and the append-only audit.

-- CreateTable
CREATE TABLE "user" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "token" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "user_id" UUID NOT NULL,
    "active_organization_id" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" UUID NOT NULL,
    "account_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMPTZ(6),
    "refresh_token_expires_at" TIMESTAMPTZ(6),
    "scope" TEXT,
    "password" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verification" (
    "id" UUID NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workspace" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "logo" TEXT,
    "metadata" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workspace_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "membership" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invitation" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT,
    "status" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "inviter_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "one_time_link" (
    "id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "kind" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "used_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "one_time_link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "installation" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "mark" TEXT NOT NULL,
    "key_check" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "revision" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "revision" BIGINT NOT NULL,

    CONSTRAINT "revision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "change" (
    "revision" BIGINT NOT NULL,
    "workspace_id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(6),
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "change_pkey" PRIMARY KEY ("revision")
);

-- CreateTable
CREATE TABLE "sealing_key" (
    "id" UUID NOT NULL,
    "sealed" BYTEA NOT NULL,
    "not_before" TIMESTAMPTZ(6) NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sealing_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ended_session" (
    "digest" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "ended_session_pkey" PRIMARY KEY ("digest")
);

-- CreateTable
CREATE TABLE "data_key" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "wrapped" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "data_key_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateTable
CREATE TABLE "server_slug" (
    "workspace_id" UUID NOT NULL,
    "slug" TEXT NOT NULL,

    CONSTRAINT "server_slug_pkey" PRIMARY KEY ("workspace_id","slug")
);

-- CreateTable
CREATE TABLE "mcp_server" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "url_key" TEXT NOT NULL,
    "auth_type" TEXT NOT NULL DEFAULT '',
    "oauth_mode" TEXT NOT NULL DEFAULT '',
    "oauth_provider_id" UUID,
    "vendor_id" TEXT,
    "external_system_id" TEXT,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "era" TEXT NOT NULL DEFAULT 'auto',
    "call_timeout_s" INTEGER,
    "max_concurrent" INTEGER,
    "credential_generation" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "mcp_server_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateTable
CREATE TABLE "server_header" (
    "workspace_id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "data_key_id" UUID NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "server_header_pkey" PRIMARY KEY ("workspace_id","server_id","position")
);

-- CreateTable
CREATE TABLE "tool_catalogue" (
    "workspace_id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "owner" TEXT NOT NULL DEFAULT '',
    "generation" UUID NOT NULL,
    "tools" TEXT NOT NULL,
    "fetched_at" TIMESTAMPTZ(6) NOT NULL,
    "fresh_until" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "tool_catalogue_pkey" PRIMARY KEY ("workspace_id","server_id","owner")
);

-- CreateTable
CREATE TABLE "api_key" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "owner_id" UUID,
    "permissions" TEXT[],
    "servers" TEXT[],
    "all_servers" BOOLEAN NOT NULL DEFAULT true,
    "rate_limit" INTEGER,
    "expires_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(6),
    "local" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateTable
CREATE TABLE "api_key_secret" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "public_id" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_key_secret_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateTable
CREATE TABLE "call_record" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "request_id" TEXT NOT NULL,
    "caller_key_id" TEXT NOT NULL,
    "caller_name" TEXT NOT NULL,
    "server_id" UUID,
    "server_slug" TEXT,
    "path" TEXT NOT NULL,
    "era" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "tool" TEXT,
    "http_status" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    "error_code" TEXT,
    "duration_ms" DOUBLE PRECISION NOT NULL,
    "upstream_ms" DOUBLE PRECISION,
    "request_bytes" INTEGER NOT NULL,
    "response_bytes" INTEGER NOT NULL,
    "attached_headers" TEXT[],

    CONSTRAINT "call_record_pkey" PRIMARY KEY ("workspace_id","started_at","id")
) PARTITION BY RANGE ("started_at");

-- Rows of days that have no partition of their own.
CREATE TABLE "call_record_default" PARTITION OF "call_record" DEFAULT;

-- CreateTable
CREATE TABLE "audit_event" (
    "workspace_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "actor_type" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "object_type" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "request_id" TEXT NOT NULL,
    "previous_hash" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("workspace_id","seq")
);

-- CreateTable
CREATE TABLE "audit_head" (
    "workspace_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("workspace_id")
);

-- CreateTable
CREATE TABLE "idempotent_answer" (
    "workspace_id" UUID NOT NULL,
    "actor_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "body_hash" BYTEA NOT NULL,
    "object_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotent_answer_pkey" PRIMARY KEY ("workspace_id","actor_id","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE UNIQUE INDEX "session_token_key" ON "session"("token");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE INDEX "account_user_id_idx" ON "account"("user_id");

-- CreateIndex
CREATE INDEX "verification_identifier_idx" ON "verification"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "workspace_slug_key" ON "workspace"("slug");

-- CreateIndex
CREATE INDEX "membership_user_id_idx" ON "membership"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "membership_workspace_id_user_id_key" ON "membership"("workspace_id", "user_id");

-- CreateIndex
CREATE INDEX "invitation_workspace_id_idx" ON "invitation"("workspace_id");

-- CreateIndex
CREATE UNIQUE INDEX "one_time_link_token_hash_key" ON "one_time_link"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "installation_mark_key" ON "installation"("mark");

-- CreateIndex
CREATE INDEX "mcp_server_workspace_id_url_key_idx" ON "mcp_server"("workspace_id", "url_key");

-- CreateIndex
CREATE UNIQUE INDEX "mcp_server_workspace_id_slug_key" ON "mcp_server"("workspace_id", "slug");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_secret_public_id_key" ON "api_key_secret"("public_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_secret_hash_key" ON "api_key_secret"("hash");

-- CreateIndex
CREATE INDEX "api_key_secret_workspace_id_key_id_idx" ON "api_key_secret"("workspace_id", "key_id");

-- CreateIndex
CREATE INDEX "call_record_workspace_id_id_idx" ON "call_record"("workspace_id", "id");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "server_header" ADD CONSTRAINT "server_header_workspace_id_server_id_fkey" FOREIGN KEY ("workspace_id", "server_id") REFERENCES "mcp_server"("workspace_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tool_catalogue" ADD CONSTRAINT "tool_catalogue_workspace_id_server_id_fkey" FOREIGN KEY ("workspace_id", "server_id") REFERENCES "mcp_server"("workspace_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key_secret" ADD CONSTRAINT "api_key_secret_workspace_id_key_id_fkey" FOREIGN KEY ("workspace_id", "key_id") REFERENCES "api_key"("workspace_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- ---- who may reach what ----
-- Two roles without login. Every statement of the registry about a workspace runs as gatehouse_app with app.workspace set
-- for the transaction; a short list of global queries runs as gatehouse_system. Roles belong to the whole cluster, so
-- another database may have made them already.

DO $$
DECLARE
    wanted TEXT;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['gatehouse_app', 'gatehouse_system'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database's migration was faster
            END;
        END IF;
        IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO gatehouse_app, gatehouse_system;

-- The workspace of this transaction; null (so: no row) when none was set.
CREATE FUNCTION app_workspace() RETURNS UUID LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('app.workspace', true), '')::uuid $$;

-- A workspace's own tables: row level security for everybody, the owner of the tables too.
ALTER TABLE "data_key" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "data_key" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "data_key" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
ALTER TABLE "server_slug" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "server_slug" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "server_slug" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
ALTER TABLE "mcp_server" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "mcp_server" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "mcp_server" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
ALTER TABLE "server_header" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "server_header" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "server_header" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
ALTER TABLE "tool_catalogue" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "tool_catalogue" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "tool_catalogue" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
ALTER TABLE "api_key" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "api_key" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "api_key" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
ALTER TABLE "api_key_secret" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "api_key_secret" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "api_key_secret" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
ALTER TABLE "call_record" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "call_record" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "call_record" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
ALTER TABLE "audit_event" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "audit_event" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "audit_event" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
ALTER TABLE "audit_head" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "audit_head" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "audit_head" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
ALTER TABLE "idempotent_answer" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "idempotent_answer" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "idempotent_answer" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());

GRANT SELECT, INSERT, UPDATE, DELETE ON "mcp_server", "server_header", "tool_catalogue", "api_key", "api_key_secret",
    "idempotent_answer" TO gatehouse_app;
GRANT SELECT, INSERT, UPDATE ON "data_key", "audit_head" TO gatehouse_app;
-- Append-only: what was written down stays as it is.
GRANT SELECT, INSERT ON "server_slug", "audit_event", "call_record" TO gatehouse_app;

CREATE FUNCTION refuse_change() RETURNS TRIGGER LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_event"
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- People: better-auth reaches these tables as their owner, so row security is not forced on them; for gatehouse_app they
-- end at the workspace's wall as well.
ALTER TABLE "workspace" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "workspace" TO gatehouse_app
    USING ("id" = app_workspace()) WITH CHECK ("id" = app_workspace());
CREATE POLICY "global" ON "workspace" TO gatehouse_system USING (true) WITH CHECK (true);
ALTER TABLE "membership" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "membership" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
CREATE POLICY "global" ON "membership" TO gatehouse_system USING (true) WITH CHECK (true);
ALTER TABLE "invitation" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "invitation" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
CREATE POLICY "global" ON "invitation" TO gatehouse_system USING (true) WITH CHECK (true);
ALTER TABLE "one_time_link" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "one_time_link" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
CREATE POLICY "global" ON "one_time_link" TO gatehouse_system USING (true) WITH CHECK (true);
ALTER TABLE "user" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "user" FOR SELECT TO gatehouse_app
    USING (EXISTS (SELECT FROM "membership" m WHERE m."user_id" = "user"."id"));
CREATE POLICY "global" ON "user" TO gatehouse_system USING (true) WITH CHECK (true);

GRANT SELECT ON "user" TO gatehouse_app;
GRANT SELECT, UPDATE ON "workspace" TO gatehouse_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "membership", "invitation", "one_time_link" TO gatehouse_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "user", "session", "account", "verification", "workspace", "membership",
    "invitation", "one_time_link" TO gatehouse_system;

-- Revisions: every change of what gateways cache takes the next one, in the transaction of the change.
GRANT SELECT, UPDATE ON "revision" TO gatehouse_app, gatehouse_system;
GRANT SELECT, INSERT ON "change" TO gatehouse_app, gatehouse_system;
GRANT DELETE ON "change" TO gatehouse_system;
INSERT INTO "revision" ("id", "revision") VALUES (1, 0);

-- The global queries: the installation, keys of session tokens, ended sessions, key look-up, call records of a batch,
-- audit of sign-in.
GRANT SELECT, INSERT, UPDATE ON "installation" TO gatehouse_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON "sealing_key", "ended_session" TO gatehouse_system;
GRANT SELECT ON "api_key", "api_key_secret", "mcp_server", "audit_event", "audit_head" TO gatehouse_system;
GRANT UPDATE ("last_used_at") ON "api_key" TO gatehouse_system;
GRANT INSERT ON "call_record", "audit_event", "audit_head" TO gatehouse_system;
GRANT UPDATE ON "audit_head" TO gatehouse_system;
CREATE POLICY "global" ON "api_key" TO gatehouse_system USING (true) WITH CHECK (true);
CREATE POLICY "global" ON "api_key_secret" FOR SELECT TO gatehouse_system USING (true);
CREATE POLICY "global" ON "mcp_server" FOR SELECT TO gatehouse_system USING (true);
CREATE POLICY "global" ON "audit_event" TO gatehouse_system USING (true) WITH CHECK (true);
CREATE POLICY "global" ON "audit_head" TO gatehouse_system USING (true) WITH CHECK (true);
CREATE POLICY "global" ON "call_record" FOR INSERT TO gatehouse_system WITH CHECK (true);
