ALTER TABLE "accounts" ADD COLUMN "note" text DEFAULT 'none';--> statement-breakpoint
ALTER TABLE "accounts" ALTER COLUMN "note" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "entries" RENAME COLUMN "detail" TO "details";
