-- Calls by their phases, found by every column, and counted.

-- Milliseconds until the caller was known, until it was decided that they may, and until the credential was there; null where a
-- call did not come so far.
ALTER TABLE "call_record" ADD COLUMN "authenticate_ms" DOUBLE PRECISION, ADD COLUMN "policy_ms" DOUBLE PRECISION,
    ADD COLUMN "credential_ms" DOUBLE PRECISION;

-- The newest calls of one value, whatever the value's share is.
CREATE INDEX "call_record_server" ON "call_record"("workspace_id", "server_id", "started_at", "id");
CREATE INDEX "call_record_tool" ON "call_record"("workspace_id", "tool", "started_at", "id");
CREATE INDEX "call_record_key" ON "call_record"("workspace_id", "caller_key_id", "started_at", "id");
CREATE INDEX "call_record_method" ON "call_record"("workspace_id", "method", "started_at", "id");
CREATE INDEX "call_record_outcome" ON "call_record"("workspace_id", "outcome", "started_at", "id");
CREATE INDEX "call_record_status" ON "call_record"("workspace_id", "http_status", "started_at", "id");
CREATE INDEX "call_record_error_code" ON "call_record"("workspace_id", "error_code", "started_at", "id")
    WHERE "error_code" IS NOT NULL;
CREATE INDEX "call_record_request_id" ON "call_record"("workspace_id", "request_id");
-- The newest calls within bounds: read in their order, each looked at in the index alone.
CREATE INDEX "call_record_measures" ON "call_record"
    ("workspace_id", "started_at", "id", "duration_ms", "upstream_ms", "request_bytes", "response_bytes");

-- ---- usage ----
-- Calls of a minute, an hour and a day (width_s), each counted as it is recorded, by server and key (tool = '') and, where it
-- was a tool's, by tool as well. Latencies are counted in 64 steps, each a quarter longer than the one before.
CREATE TABLE "call_usage" (
    "workspace_id" UUID NOT NULL,
    "width_s" INTEGER NOT NULL,
    "tool" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "server_id" UUID NOT NULL,
    "key_id" TEXT NOT NULL,
    "calls" BIGINT NOT NULL,
    "errors" BIGINT NOT NULL,
    "latencies" INTEGER[],
    CONSTRAINT "call_usage_pkey" PRIMARY KEY ("workspace_id", "width_s", "tool", "at", "server_id", "key_id")
);
CREATE INDEX "call_usage_at" ON "call_usage"("workspace_id", "width_s", "at") WHERE "tool" <> '';
CREATE INDEX "call_usage_expires" ON "call_usage"("width_s", "at");

-- Step 1 is up to 0.25 ms, step n up to 0.25 * 1.25^(n-1) ms, step 64 all that is longer.
CREATE FUNCTION count_latency(counts INTEGER[], ms DOUBLE PRECISION) RETURNS INTEGER[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    step INTEGER := LEAST(64, 1 + CEIL(LN(GREATEST(ms, 0.25) / 0.25) / LN(1.25))::INTEGER);
BEGIN
    counts[step] := counts[step] + 1;
    RETURN counts;
END $$;
CREATE AGGREGATE latency_steps(DOUBLE PRECISION) (SFUNC = count_latency, STYPE = INTEGER[],
    INITCOND = '{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}');
CREATE FUNCTION add_latencies(a INTEGER[], b INTEGER[]) RETURNS INTEGER[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY(SELECT x + y FROM unnest(a, b) WITH ORDINALITY AS both_of(x, y, step) ORDER BY step);

-- A trigger, because it sees exactly the records that are new: a batch that comes again counts nothing, and what was counted is
-- committed with its records or not at all. Cells are taken in one order, so that batches wait for each other and never in a
-- circle. How long a stream was open is no latency.
CREATE FUNCTION count_usage() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO call_usage AS u (workspace_id, width_s, tool, at, server_id, key_id, calls, errors, latencies)
    SELECT r.workspace_id, w.width_s, t.tool,
        date_bin(make_interval(secs => w.width_s), r.started_at, TIMESTAMPTZ '2000-01-01 00:00:00Z'),
        COALESCE(r.server_id, '00000000-0000-0000-0000-000000000000'), r.caller_key_id,
        count(*), count(*) FILTER (WHERE r.outcome IN ('tool_error', 'protocol_error', 'refused', 'upstream_error')),
        latency_steps(r.duration_ms) FILTER (WHERE r.method NOT IN ('GET', 'subscriptions/listen'))
    FROM recorded r CROSS JOIN (VALUES (60), (3600), (86400)) w(width_s)
        CROSS JOIN LATERAL (VALUES (''), (NULLIF(r.tool, ''))) t(tool)
    WHERE t.tool IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (workspace_id, width_s, tool, at, server_id, key_id) DO UPDATE SET
        calls = u.calls + excluded.calls, errors = u.errors + excluded.errors,
        latencies = add_latencies(u.latencies, excluded.latencies);
    RETURN NULL;
END $$;
CREATE TRIGGER "count_usage" AFTER INSERT ON "call_record"
    REFERENCING NEW TABLE AS recorded FOR EACH STATEMENT EXECUTE FUNCTION count_usage();

-- What was recorded before, by the same statement: the tables' owner is behind the wall as well.
ALTER TABLE "call_record" NO FORCE ROW LEVEL SECURITY;
INSERT INTO call_usage (workspace_id, width_s, tool, at, server_id, key_id, calls, errors, latencies)
SELECT r.workspace_id, w.width_s, t.tool,
    date_bin(make_interval(secs => w.width_s), r.started_at, TIMESTAMPTZ '2000-01-01 00:00:00Z'),
    COALESCE(r.server_id, '00000000-0000-0000-0000-000000000000'), r.caller_key_id,
    count(*), count(*) FILTER (WHERE r.outcome IN ('tool_error', 'protocol_error', 'refused', 'upstream_error')),
    latency_steps(r.duration_ms) FILTER (WHERE r.method NOT IN ('GET', 'subscriptions/listen'))
FROM call_record r CROSS JOIN (VALUES (60), (3600), (86400)) w(width_s)
    CROSS JOIN LATERAL (VALUES (''), (NULLIF(r.tool, ''))) t(tool)
WHERE t.tool IS NOT NULL
GROUP BY 1, 2, 3, 4, 5, 6;
ALTER TABLE "call_record" FORCE ROW LEVEL SECURITY;

ALTER TABLE "call_usage" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "call_usage" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "call_usage" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
GRANT SELECT ON "call_usage" TO gatehouse_app;
-- Recording is a global query, and so is removing what is old: minutes are shown for six hours, hours for a week, days for as long
-- as they are kept.
GRANT SELECT, INSERT, UPDATE, DELETE ON "call_usage" TO gatehouse_system;
CREATE POLICY "global_read" ON "call_usage" FOR SELECT TO gatehouse_system USING (true);
CREATE POLICY "global_insert" ON "call_usage" FOR INSERT TO gatehouse_system WITH CHECK (true);
CREATE POLICY "global_update" ON "call_usage" FOR UPDATE TO gatehouse_system USING (true) WITH CHECK (true);
CREATE POLICY "expired" ON "call_usage" FOR DELETE TO gatehouse_system USING (
    "at" <= CURRENT_TIMESTAMP - CASE "width_s" WHEN 60 THEN INTERVAL '1 day' WHEN 3600 THEN INTERVAL '9 days' ELSE INTERVAL '400 days' END);
