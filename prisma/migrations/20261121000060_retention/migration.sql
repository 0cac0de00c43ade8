-- Two more global queries: answers kept for a repeat and secrets of keys that were replaced, both once they have expired. The
-- policies let gatehouse_system remove nothing else.
GRANT SELECT ("created_at"), DELETE ON "idempotent_answer" TO gatehouse_system;
CREATE POLICY "expired" ON "idempotent_answer" TO gatehouse_system
    USING ("created_at" <= CURRENT_TIMESTAMP - INTERVAL '1 day') WITH CHECK (false);
GRANT DELETE ON "api_key_secret" TO gatehouse_system;
CREATE POLICY "expired" ON "api_key_secret" FOR DELETE TO gatehouse_system USING ("expires_at" <= CURRENT_TIMESTAMP);
