-- Keys that nobody made by hand: what a page calls the gateway with in its person's name, and what the registry looks after
-- servers with. They work like keys, and no list of keys shows them.
ALTER TABLE "api_key" ADD COLUMN "purpose" TEXT NOT NULL DEFAULT 'client';
ALTER TABLE "api_key" ADD COLUMN "session_id" UUID;
ALTER TABLE "api_key" ADD COLUMN "as_key_id" UUID;
CREATE INDEX "api_key_session_id_idx" ON "api_key"("session_id") WHERE "session_id" IS NOT NULL;

-- They end with their session, which gatehouse_system ends, and go a while after.
GRANT UPDATE ("expires_at"), DELETE ON "api_key" TO gatehouse_system;
DROP POLICY "global" ON "api_key";
CREATE POLICY "global" ON "api_key" FOR SELECT TO gatehouse_system USING (true);
CREATE POLICY "marked" ON "api_key" FOR UPDATE TO gatehouse_system USING (true) WITH CHECK (true);
CREATE POLICY "expired" ON "api_key" FOR DELETE TO gatehouse_system
    USING ("purpose" <> 'client' AND "expires_at" <= CURRENT_TIMESTAMP - INTERVAL '1 day');
