-- Invitations are links that work once, kept as hashes. They and links that choose a new password go with whoever made them.
ALTER TABLE "invitation" ALTER COLUMN "status" SET DEFAULT 'open';
ALTER TABLE "invitation" ADD COLUMN "token_hash" BYTEA, ADD COLUMN "inviter_name" TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX "invitation_token_hash_key" ON "invitation"("token_hash");
ALTER TABLE "one_time_link" ADD COLUMN "maker_id" UUID;
