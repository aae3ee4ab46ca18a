CREATE TABLE `delivery_attempts` (
	`id` integer PRIMARY KEY NOT NULL,
	`delivery_id` text NOT NULL,
	`at` integer NOT NULL,
	`status` integer,
	`answer` text,
	`error` text,
	`took_ms` integer,
	FOREIGN KEY (`delivery_id`) REFERENCES `deliveries`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `delivery_attempts_delivery` ON `delivery_attempts` (`delivery_id`,`id`);--> statement-breakpoint
DROP INDEX `calls_to_number`;--> statement-breakpoint
DROP INDEX `calls_provider_call`;--> statement-breakpoint
DROP INDEX `calls_telephony`;--> statement-breakpoint
ALTER TABLE `calls` ADD `request_id` text;--> statement-breakpoint
CREATE INDEX `calls_reason` ON `calls` (`environment_id`,`reason_code`,`id`) WHERE reason_code is not null;--> statement-breakpoint
CREATE INDEX `calls_to_number` ON `calls` (`phone_number`,`environment_id`,`id`);--> statement-breakpoint
CREATE INDEX `calls_provider_call` ON `calls` (`provider_call_id`,`account_id`);--> statement-breakpoint
CREATE INDEX `calls_telephony` ON `calls` (`telephony_call_id`,`account_id`) WHERE telephony_call_id is not null;--> statement-breakpoint
DROP INDEX `deliveries_dead`;--> statement-breakpoint
CREATE INDEX `deliveries_dead` ON `deliveries` (`environment_id`,`id`) WHERE state = 'dead';--> statement-breakpoint
CREATE INDEX `agencies_name` ON `agencies` (name collate nocase,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `keys_last4` ON `keys` (`last4`);--> statement-breakpoint
CREATE INDEX `audit_actor` ON `audit` (`actor`,`id`);--> statement-breakpoint
CREATE INDEX `audit_action` ON `audit` (`action`,`id`);