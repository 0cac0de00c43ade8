-- Names and titles of what a list has, in its order, to be searched. Lists that were kept without are let go: they are fetched anew.
TRUNCATE "tool_catalogue";
ALTER TABLE "tool_catalogue" ADD COLUMN "tool_names" TEXT[] NOT NULL DEFAULT '{}',
    ADD COLUMN "tool_titles" TEXT[] NOT NULL DEFAULT '{}';

-- One more global query: whose list is missing or old.
GRANT SELECT ("workspace_id", "server_id", "owner", "fetched_at") ON "tool_catalogue" TO gatehouse_system;
CREATE POLICY "global_read" ON "tool_catalogue" FOR SELECT TO gatehouse_system USING (true);
