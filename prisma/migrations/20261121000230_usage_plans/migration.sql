-- Counting as before, planned anew each time and for what there is: call_uncounted is empty now and full then, and a plan for the one
-- would compare everything with everything in the other.
CREATE OR REPLACE FUNCTION count_calls(most INTEGER) RETURNS INTEGER LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    counted INTEGER;
    places TID[];
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('gatehouse usage', 0)) THEN
        RETURN 0;
    END IF;
    places := ARRAY(SELECT ctid FROM call_uncounted LIMIT most);
    WITH taken AS (
        DELETE FROM call_uncounted WHERE ctid = ANY (places) RETURNING *
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
