-- Rotation of keys: which master key wrapped a key, which data keys are retired, and since when an unfinished rotation runs.
ALTER TABLE "installation" ADD COLUMN "wrapped_by" TEXT NOT NULL DEFAULT '', ADD COLUMN "rotating_since" TIMESTAMPTZ(6);
ALTER TABLE "data_key" ADD COLUMN "wrapped_by" TEXT NOT NULL DEFAULT '', ADD COLUMN "retired_at" TIMESTAMPTZ(6);

-- One data key per workspace seals. Two first values at once could make two; the newer one stays. The tables' owner, who runs
-- this, is behind the wall as well.
ALTER TABLE "data_key" NO FORCE ROW LEVEL SECURITY;
UPDATE "data_key" old SET "retired_at" = CURRENT_TIMESTAMP WHERE EXISTS (
    SELECT FROM "data_key" newer WHERE newer."workspace_id" = old."workspace_id"
        AND (newer."created_at", newer."id") > (old."created_at", old."id"));
ALTER TABLE "data_key" FORCE ROW LEVEL SECURITY;
CREATE UNIQUE INDEX "data_key_active_key" ON "data_key"("workspace_id") WHERE "retired_at" IS NULL;

-- A retired key that seals nothing any more is deleted.
GRANT DELETE ON "data_key" TO gatehouse_app;
-- One more global query: which keys there are, without what is in them.
GRANT SELECT ("workspace_id", "id", "wrapped_by", "created_at", "retired_at") ON "data_key" TO gatehouse_system;
CREATE POLICY "global" ON "data_key" FOR SELECT TO gatehouse_system USING (true);
