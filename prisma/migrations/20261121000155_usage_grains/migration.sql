-- Usage in six grains, so that a question adds up the rows of its own dimensions alone: all calls, those of a server, of a key, of
-- both, and those of a tool with and without the key. Counted anew from the records, which are as old as the counts.
DROP TRIGGER "count_usage" ON "call_record";
DROP FUNCTION count_usage();
DROP AGGREGATE latency_steps(DOUBLE PRECISION);
DROP FUNCTION count_latency(INTEGER[], DOUBLE PRECISION);
DROP TABLE "call_usage";

-- Calls of a minute, an hour and a day (width_s). What a grain doesn't tell apart is empty: the nil UUID, ''. Calls without a tool
-- are in the first four grains only. Latencies are counted in 64 steps.
CREATE TABLE "call_usage" (
    "workspace_id" UUID NOT NULL,
    "width_s" INTEGER NOT NULL,
    "grain" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "server_id" UUID NOT NULL,
    "tool" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "calls" BIGINT NOT NULL,
    "errors" BIGINT NOT NULL,
    "latencies" INTEGER[],
    CONSTRAINT "call_usage_pkey" PRIMARY KEY ("workspace_id", "width_s", "grain", "at", "server_id", "tool", "key_id")
) WITH (fillfactor = 80);
CREATE INDEX "call_usage_expires" ON "call_usage"("width_s", "at");

-- Step 1 is up to 0.25 ms, step n up to 0.25 * 1.25^(n-1) ms, step 64 all that is longer; 0 is none.
CREATE FUNCTION latency_step(ms DOUBLE PRECISION) RETURNS INTEGER LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN LEAST(64, 1 + CEIL(LN(GREATEST(ms, 0.25) / 0.25) / LN(1.25))::INTEGER);
CREATE FUNCTION count_latency(counts INTEGER[], step INTEGER, calls BIGINT) RETURNS INTEGER[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF step > 0 THEN
        counts[step] := counts[step] + calls;
    END IF;
    RETURN counts;
END $$;
CREATE AGGREGATE latency_steps(INTEGER, BIGINT) (SFUNC = count_latency, STYPE = INTEGER[],
    INITCOND = '{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}');

-- A trigger, because it sees exactly the records that are new: a batch that comes again counts nothing, and what was counted is
-- committed with its records or not at all. Cells are taken in one order, so that batches wait for each other and never in a
-- circle. How long a stream was open is no latency.
CREATE FUNCTION count_usage() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO call_usage AS u (workspace_id, width_s, grain, at, server_id, tool, key_id, calls, errors, latencies)
    SELECT workspace_id, width_s, grain, at, server_id, tool, key_id, sum(calls), sum(errors), latency_steps(step, calls)
    FROM (
        SELECT r.workspace_id, w.width_s, g.grain,
            date_bin(make_interval(secs => w.width_s), r.started_at, TIMESTAMPTZ '2000-01-01 00:00:00Z') AS at,
            g.server_id, g.tool, g.key_id, r.step, count(*) AS calls, count(*) FILTER (WHERE r.is_error) AS errors
        FROM (
            SELECT workspace_id, started_at, COALESCE(tool, '') AS tool, caller_key_id AS key_id,
                COALESCE(server_id, '00000000-0000-0000-0000-000000000000') AS server_id,
                outcome IN ('tool_error', 'protocol_error', 'refused', 'upstream_error') AS is_error,
                CASE WHEN method IN ('GET', 'subscriptions/listen') THEN 0 ELSE latency_step(duration_ms) END AS step
            FROM recorded
        ) r
            CROSS JOIN (VALUES (60), (3600), (86400)) w(width_s)
            CROSS JOIN LATERAL (VALUES
                ('all', '00000000-0000-0000-0000-000000000000'::uuid, '', ''), ('server', r.server_id, '', ''),
                ('key', '00000000-0000-0000-0000-000000000000', '', r.key_id), ('server-key', r.server_id, '', r.key_id),
                ('server-tool', r.server_id, r.tool, ''), ('server-tool-key', r.server_id, r.tool, r.key_id)
            ) g(grain, server_id, tool, key_id)
        WHERE r.tool <> '' OR g.grain NOT LIKE 'server-tool%'
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    ) cells
    GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (workspace_id, width_s, grain, at, server_id, tool, key_id) DO UPDATE SET
        calls = u.calls + excluded.calls, errors = u.errors + excluded.errors,
        latencies = add_latencies(u.latencies, excluded.latencies);
    RETURN NULL;
END $$;
CREATE TRIGGER "count_usage" AFTER INSERT ON "call_record"
    REFERENCING NEW TABLE AS recorded FOR EACH STATEMENT EXECUTE FUNCTION count_usage();

-- What was recorded before, by the same trigger on a table that is gone afterwards. The tables' owner is behind the wall as well.
ALTER TABLE "call_record" NO FORCE ROW LEVEL SECURITY;
CREATE TABLE "recorded_before" (LIKE "call_record");
CREATE TRIGGER "count_usage" AFTER INSERT ON "recorded_before"
    REFERENCING NEW TABLE AS recorded FOR EACH STATEMENT EXECUTE FUNCTION count_usage();
INSERT INTO "recorded_before" SELECT * FROM "call_record";
DROP TABLE "recorded_before";
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
