-- What a connection was last asked for, which may be more than what was granted: asking for more asks for all of it again.
ALTER TABLE "oauth_token" ADD COLUMN "asked_scopes" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
