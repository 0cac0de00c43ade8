-- How long each gateway may go on, on this database's clock, and the newest revision that it has acknowledged.
CREATE TABLE "gateway_lease" (
    "gateway_id" UUID NOT NULL,
    "acknowledged" BIGINT NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    CONSTRAINT "gateway_lease_pkey" PRIMARY KEY ("gateway_id")
);

GRANT SELECT, INSERT, UPDATE, DELETE ON "gateway_lease" TO gatehouse_system;
