CREATE TABLE `provider_accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`agency_id` text NOT NULL,
	`provider` text NOT NULL,
	`base_url` text,
	`sealed` text NOT NULL,
	`hints` text NOT NULL,
	`saved_at` integer NOT NULL,
	FOREIGN KEY (`agency_id`) REFERENCES `agencies`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `provider_accounts_agency_provider` ON `provider_accounts` (`agency_id`,`provider`);--> statement-breakpoint
ALTER TABLE `agents` ADD `ref` text;--> statement-breakpoint
ALTER TABLE `agents` ADD `from_number` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `account_id` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `agent_ref` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `from_number` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `reason_code` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `cost_cents` integer;--> statement-breakpoint
CREATE INDEX `calls_provider_call` ON `calls` (`account_id`,`provider_call_id`);--> statement-breakpoint
ALTER TABLE `environments` ADD `dials_real` integer DEFAULT true NOT NULL;--> statement-breakpoint
UPDATE `environments` SET `dials_real` = 0 WHERE `name` = 'staging';
