-- The audit trail may be kept for a limited time. What is removed is the oldest part of a chain; the checkpoint in its place has
-- the number and hash of the last event that is gone, signed by the registry.
ALTER TABLE "workspace_setting" ADD COLUMN "audit_days" INTEGER;

CREATE TABLE "audit_checkpoint" (
    "workspace_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,
    "signature" BYTEA NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    CONSTRAINT "audit_checkpoint_pkey" PRIMARY KEY ("workspace_id")
);
ALTER TABLE "audit_checkpoint" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "audit_checkpoint" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "audit_checkpoint" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
CREATE POLICY "global" ON "audit_checkpoint" TO gatehouse_system USING (true) WITH CHECK (true);
GRANT SELECT ON "audit_checkpoint" TO gatehouse_app;
GRANT SELECT, INSERT, UPDATE ON "audit_checkpoint" TO gatehouse_system;

-- One more global query: removing events that a checkpoint stands for. The shortest time is 30 days.
GRANT DELETE ON "audit_event" TO gatehouse_system;

-- Nobody changes an event, and nobody removes one without its checkpoint.
DROP TRIGGER "append_only" ON "audit_event";
CREATE TRIGGER "append_only" BEFORE UPDATE OR TRUNCATE ON "audit_event"
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_removal() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF OLD."at" <= CURRENT_TIMESTAMP - INTERVAL '30 days' AND EXISTS (
        SELECT FROM "audit_checkpoint" c WHERE c."workspace_id" = OLD."workspace_id" AND c."seq" >= OLD."seq"
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "removed_by_age" BEFORE DELETE ON "audit_event" FOR EACH ROW EXECUTE FUNCTION refuse_removal();
