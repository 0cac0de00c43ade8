-- Usage counted behind the recording of calls: a batch only leaves a short row for each new record, and the registry adds those to
-- the counts every few seconds (count_calls). A record is in exactly one of the two at any time, so both together are always right.

-- What a call counts for, until it is counted.
CREATE TABLE "call_uncounted" (
    "workspace_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "tool" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "is_error" BOOLEAN NOT NULL,
    "step" INTEGER,
    CONSTRAINT "call_uncounted_pkey" PRIMARY KEY ("workspace_id", "at", "id")
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
ALTER TABLE "call_uncounted" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "call_uncounted" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "call_uncounted" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
GRANT SELECT ON "call_uncounted" TO gatehouse_app;
-- Recording is a global query, and so is counting.
GRANT SELECT, INSERT, DELETE ON "call_uncounted" TO gatehouse_system;
CREATE POLICY "global" ON "call_uncounted" TO gatehouse_system USING (true) WITH CHECK (true);

-- The counts in pieces, so that those of one width and grain lie together: a question reads one piece, and days are not disturbed by
-- the coming and going of minutes. Latencies are a list of count * 64 + step, with step 0 to 63 and in no order; a step may be there
-- several times. Most rows have few calls, so they stay short, and adding is appending.
ALTER TABLE "call_usage" RENAME TO "call_usage_before";
ALTER TABLE "call_usage_before" RENAME CONSTRAINT "call_usage_pkey" TO "call_usage_before_pkey";
ALTER INDEX "call_usage_expires" RENAME TO "call_usage_before_expires";
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
    "latencies" BIGINT[],
    CONSTRAINT "call_usage_pkey" PRIMARY KEY ("workspace_id", "width_s", "grain", "at", "server_id", "tool", "key_id")
) PARTITION BY RANGE ("width_s");
CREATE TABLE "call_usage_minute" PARTITION OF "call_usage" FOR VALUES FROM (MINVALUE) TO (3600) PARTITION BY LIST ("grain");
CREATE TABLE "call_usage_hour" PARTITION OF "call_usage" FOR VALUES FROM (3600) TO (86400) PARTITION BY LIST ("grain");
CREATE TABLE "call_usage_day" PARTITION OF "call_usage" FOR VALUES FROM (86400) TO (MAXVALUE) PARTITION BY LIST ("grain");
DO $$
DECLARE width TEXT;
BEGIN
    FOREACH width IN ARRAY ARRAY['minute', 'hour', 'day'] LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES IN (''server-tool'') WITH (fillfactor = 85)',
            'call_usage_' || width || '_tool', 'call_usage_' || width);
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES IN (''server-tool-key'') WITH (fillfactor = 85)',
            'call_usage_' || width || '_tool_key', 'call_usage_' || width);
        EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT WITH (fillfactor = 85)',
            'call_usage_' || width || '_rest', 'call_usage_' || width);
    END LOOP;
END $$;
CREATE INDEX "call_usage_expires" ON "call_usage"("width_s", "at");

ALTER TABLE "call_usage_before" NO FORCE ROW LEVEL SECURITY;
INSERT INTO "call_usage"
SELECT workspace_id, width_s, grain, at, server_id, tool, key_id, calls, errors,
    ARRAY(SELECT n::bigint * 64 + step - 1 FROM unnest(latencies) WITH ORDINALITY AS counts(n, step) WHERE n > 0)
FROM "call_usage_before";
DROP TABLE "call_usage_before";

ALTER TABLE "call_usage" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "call_usage" FORCE ROW LEVEL SECURITY;
CREATE POLICY "own_workspace" ON "call_usage" TO gatehouse_app
    USING ("workspace_id" = app_workspace()) WITH CHECK ("workspace_id" = app_workspace());
GRANT SELECT ON "call_usage" TO gatehouse_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "call_usage" TO gatehouse_system;
CREATE POLICY "global_read" ON "call_usage" FOR SELECT TO gatehouse_system USING (true);
CREATE POLICY "global_insert" ON "call_usage" FOR INSERT TO gatehouse_system WITH CHECK (true);
CREATE POLICY "global_update" ON "call_usage" FOR UPDATE TO gatehouse_system USING (true) WITH CHECK (true);
CREATE POLICY "expired" ON "call_usage" FOR DELETE TO gatehouse_system USING (
    "at" <= CURRENT_TIMESTAMP - CASE "width_s" WHEN 60 THEN INTERVAL '1 day' WHEN 3600 THEN INTERVAL '9 days' ELSE INTERVAL '400 days' END);

-- A trigger, because it sees exactly the records that are new: a batch that comes again counts nothing, and what is to be counted is
-- committed with its records or not at all. It takes no lock that another batch waits for. How long a stream was open is no latency.
CREATE OR REPLACE FUNCTION count_usage() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO call_uncounted (workspace_id, at, id, server_id, tool, key_id, is_error, step)
    SELECT workspace_id, started_at, id, COALESCE(server_id, '00000000-0000-0000-0000-000000000000'), COALESCE(tool, ''), caller_key_id,
        outcome IN ('tool_error', 'protocol_error', 'refused', 'upstream_error'),
        CASE WHEN method NOT IN ('GET', 'subscriptions/listen') THEN latency_step(duration_ms) END
    FROM recorded ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
DROP AGGREGATE latency_steps(INTEGER, BIGINT);
DROP FUNCTION count_latency(INTEGER[], INTEGER, BIGINT);
DROP FUNCTION add_latencies(INTEGER[], INTEGER[]);

-- Step 0 is up to 0.25 ms, step n up to 0.25 * 1.25^n ms, step 63 all that is longer.
CREATE OR REPLACE FUNCTION latency_step(ms DOUBLE PRECISION) RETURNS INTEGER LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN LEAST(63, CEIL(LN(GREATEST(ms, 0.25) / 0.25) / LN(1.25))::INTEGER);
CREATE FUNCTION pack_latencies(counts BIGINT[]) RETURNS BIGINT[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY(SELECT sum(c / 64)::bigint * 64 + c % 64 FROM unnest(counts) AS counted(c) GROUP BY c % 64);

-- Counts up to so many calls; returns how many. One at a time: another one finds nothing to do meanwhile. Rows are found by their
-- place, as they are never changed, and whatever the planner believes about a table that is empty now and full then.
CREATE FUNCTION count_calls(most INTEGER) RETURNS INTEGER LANGUAGE plpgsql AS $$
DECLARE
    counted INTEGER;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('gatehouse usage', 0)) THEN
        RETURN 0;
    END IF;
    WITH taken AS (
        DELETE FROM call_uncounted WHERE ctid IN (SELECT ctid FROM call_uncounted LIMIT most) RETURNING *
    ), added AS (
        INSERT INTO call_usage AS u (workspace_id, width_s, grain, at, server_id, tool, key_id, calls, errors, latencies)
        SELECT workspace_id, width_s, grain, at, server_id, tool, key_id, sum(calls), sum(errors),
            COALESCE(array_agg(calls * 64 + step) FILTER (WHERE step IS NOT NULL), '{}')
        FROM (
            SELECT workspace_id, width_s, grain, date_bin(make_interval(secs => width_s), minute, TIMESTAMPTZ '2000-01-01 00:00:00Z') AS at,
                server_id, tool, key_id, step, sum(calls)::bigint AS calls, sum(errors)::bigint AS errors
            FROM (
                SELECT t.workspace_id, g.grain, t.minute, g.server_id, g.tool, g.key_id, t.step,
                    count(*) AS calls, count(*) FILTER (WHERE t.is_error) AS errors
                FROM (SELECT *, date_trunc('minute', at) AS minute FROM taken) t
                    CROSS JOIN LATERAL (VALUES
                        ('all', '00000000-0000-0000-0000-000000000000'::uuid, '', ''), ('server', t.server_id, '', ''),
                        ('key', '00000000-0000-0000-0000-000000000000', '', t.key_id), ('server-key', t.server_id, '', t.key_id),
                        ('server-tool', t.server_id, t.tool, ''), ('server-tool-key', t.server_id, t.tool, t.key_id)
                    ) g(grain, server_id, tool, key_id)
                WHERE t.tool <> '' OR g.grain NOT IN ('server-tool', 'server-tool-key')
                GROUP BY 1, 2, 3, 4, 5, 6, 7
            ) minutes CROSS JOIN (VALUES (60), (3600), (86400)) w(width_s)
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
        ) cells
        GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT (workspace_id, width_s, grain, at, server_id, tool, key_id) DO UPDATE SET
            calls = u.calls + excluded.calls, errors = u.errors + excluded.errors,
            latencies = CASE WHEN cardinality(u.latencies) < 128 THEN u.latencies || excluded.latencies
                ELSE pack_latencies(u.latencies || excluded.latencies) END
    )
    SELECT count(*) INTO counted FROM taken;
    RETURN counted;
END $$;

-- It reads a setting that parallel workers have as well, so what it guards may be read by several at once.
ALTER FUNCTION app_workspace() PARALLEL SAFE;
