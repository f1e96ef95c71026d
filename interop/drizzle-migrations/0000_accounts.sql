CREATE TYPE "public"."kind" AS ENUM('checking', 'savings');--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" bigint PRIMARY KEY NOT NULL,
	"owner" varchar(40) NOT NULL,
	"kind" "kind" DEFAULT 'checking' NOT NULL,
	"balance" numeric(12, 2) DEFAULT '0' NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"opened" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "accounts_owner_unique" UNIQUE("owner"),
	CONSTRAINT "balance_check" CHECK ("accounts"."balance" >= 0)
);
--> statement-breakpoint
CREATE TABLE "entries" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"account" bigint NOT NULL,
	"detail" jsonb
);
--> statement-breakpoint
ALTER TABLE "entries" ADD CONSTRAINT "entries_account_accounts_id_fk" FOREIGN KEY ("account") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "entries_account_idx" ON "entries" USING btree ("account");
